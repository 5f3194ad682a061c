"""Each figure of the reviews is recorded by someone, synced, and comes out where it should."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from tests.forked import local_server
from tests.postgres import Postgres
from tests.reports.coverage import BASE, LINES, Fields, Line, document

from fieldkit.cli import run
from fieldkit.records import kinds, rules_of
from fieldkit.reports import due_work, reports
from fieldkit.server.database.migrate import migrate
from fieldkit.server.operation.local import code
from fieldkit.store import Store

Cells = Mapping[tuple[str, str], object]
"""The cells of a report by row and column."""


@dataclass
class Office:
    """A laptop, enrolled with a server."""

    folder: Path
    database: str
    ids: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    known: dict[tuple[str, ...], tuple[Cells, Cells]] = field(default_factory=dict)

    def call(self, *arguments: str, code: int = 0) -> str:
        with redirect_stdout(StringIO()) as said:
            assert run(list(arguments)) == code, said.getvalue()
        return said.getvalue()

    def load(self, kind: str, fields: Fields, code: int = 0) -> None:
        place = {"district": 2, "block": 16}
        row = {name: self._value(value) for name, value in {**place, **fields}.items()}
        file = self.folder / f"{kind}-{next(self.numbers)}.jsonl"
        file.write_text(json.dumps(row), encoding="utf-8")
        self.call("import", kind, str(file), code=code)

    def _value(self, value: object) -> object:
        named = isinstance(value, str) and value.startswith("@")
        return self.ids[str(value)[1:]] if named else value

    def last(self, kind: str) -> str:
        """Return the number of the record of a kind that was entered last."""
        store = Store.open(self.folder / "home")
        try:
            numbers = [record.id for record in store.each(kind)]
        finally:
            store.close()
        return max(numbers, key=lambda number: int(number.partition("-")[2]))

    def tables(self, line: Line) -> tuple[Cells, Cells]:
        """Return the report on the laptop and on the server."""
        asked = (line.report, *line.options, "--json")
        here = self.call("report", *asked)
        there = self.call("server", "report", "--database", self.database, *asked)
        return cells(here), cells(there)

    def before(self, line: Line) -> tuple[Cells, Cells]:
        key = (line.report, *line.options)
        if key not in self.known:
            self.call("sync")
            self.known[key] = self.tables(line)
        return self.known[key]


def cells(printed: str) -> Cells:
    table = json.loads(printed)
    first = table["columns"][0]["name"]
    found: dict[tuple[str, str], object] = {}
    for row in table["rows"]:
        key = f"{row[first]} {row.get('fy', '')}"
        found |= {(key, name): value for name, value in row.items() if name != first}
    return found


@pytest.fixture(scope="module")
def office(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("coverage")
    with pytest.MonkeyPatch.context() as patch, postgres.database() as name:
        patch.setenv("FIELDKIT_HOME", str(folder / "home"))
        url = postgres.url(name)
        migrate(url)
        with local_server(url) as address:
            made = Office(folder, url)
            made.call("init", "--name", "Asha", "--district", "2", "--block", "16")
            made.call("enrol", address, code(url, "administrator"))
            for known, (kind, fields) in BASE.items():
                made.load(kind, fields)
                made.ids[known] = made.last(kind)
            made.call("sync")
            yield made


def every_row() -> Iterator[object]:
    """Return all rows; seven of eight are long tests."""
    for number, line in enumerate(LINES):
        marks = [pytest.mark.torture] if number % 8 else []
        yield pytest.param(line, id=str(line.row), marks=marks)


@pytest.mark.parametrize("line", list(every_row()))
def test_one_record_changes_exactly_its_column(office: Office, line: Line) -> None:
    before = office.before(line)
    assert before[0] == before[1]
    office.load(line.kind, line.record, code=1 if line.refused else 0)
    if line.refused:
        return
    number = office.last(line.kind)
    try:
        office.call("sync")
        after = office.tables(line)
    finally:
        office.load(line.kind, {"id": number, "deleted": True})
    assert after[0] == after[1]
    changed = changes(before[0], after[0])
    assert {name for name, _ in changed} == {line.column, *line.also.split()}
    assert (line.column, line.by) in changed


def test_every_report_is_as_before_once_the_records_are_deleted(office: Office) -> None:
    office.call("sync")
    for line in LINES:
        key = (line.report, *line.options)
        if key in office.known:
            before = office.known.pop(key)
            assert office.tables(line) == before, key


def changes(before: Cells, after: Cells) -> set[tuple[str, object]]:
    """Return each column that changed, and by how much; a text: what it then says."""
    found: set[tuple[str, object]] = set()
    for (row, name), value in after.items():
        was = before.get((row, name))
        # A column of figures, a new row of them, or a text where there was none.
        if name in {"code", "metric"} or row.startswith("Total"):
            continue
        if isinstance(value, int | float) and value != (was or 0):
            found.add((name, value - (was if isinstance(was, int | float) else 0)))
        elif isinstance(value, str) and was is None and (row, name) in before:
            found.add((name, value))
        elif value is None and was is not None:
            found.add((name, None))
    return found


def test_the_list_names_what_there_is() -> None:
    assert [line.row for line in LINES] == list(range(1, 84))
    for line in LINES:
        for name in line.fields.split(", "):
            kind, _, field_name = name.partition(".")
            assert field_name in kinds()[kind].fields(), name
        assert line.report in reports()
        assert line.checked.startswith("writers: ") or checked(line.checked), line.checked


def checked(what: str) -> bool:
    """Say whether there is such a rule, or such due work."""
    if what.startswith("due "):
        name = what.removeprefix("due ")
        return any(one == name or one.startswith(f"{name}_") for one in due_work())
    kind, _, name = what.partition(".")
    if name == "required":
        return any(one.required for one in kinds()[kind].fields().values())
    return name in {rule.name for rule in rules_of(kinds()[kind])}


def test_the_document_is_that_of_the_list() -> None:
    text = Path("docs/COVERAGE.md").read_text(encoding="utf-8")
    assert text == document(), "run `make coverage`"
