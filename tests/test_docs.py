"""The documents: their examples run, their links lead somewhere, their install lines are ours."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, _filled, cli, filled, home, laptop, sample
from tests.screens.conftest import At, block, opened_app, store

import fieldkit
from fieldkit import arguments as every_argument
from fieldkit import cli as command_line
from fieldkit.arguments import laptop as laptop_arguments
from fieldkit.reports import reports
from fieldkit.reports.declaration.report import Report
from fieldkit.screens.base.page import PickerPage

__all__ = ["_filled", "block", "cli", "filled", "home", "laptop", "opened_app", "sample", "store"]

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXTS = [*DOCUMENTS, *sorted(ROOT.glob("src/**/*.py"))]
FROM_THE_INDEX = re.compile(r"\b(?:pipx?|tool) install(?: +-\S+)* +['\"]?fieldkit(?![\w-]|_jk)")


def examples(page: str) -> list[str]:
    """Return the Python blocks of a how-to page."""
    text = (ROOT / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


CHECKED = """
from fieldkit.records import judge, kinds
assert kinds()["workshop"] is Workshop
sections = [one.section for one in Workshop.form_fields().values()]
assert sections == ["Workshop"] * 3 + ["Remarks"]
found = judge(Workshop.of({"id": "7KQ2M9XD-1", "looms": 41}), RuleContext(date(2026, 11, 22)))
assert [one.rule for one in found] == ["required", "looms_fit_one_workshop"]
"""


def test_the_example_of_a_kind_runs() -> None:
    # In a separate process, so that no other test sees the new kind.
    program = "\n".join([*examples("add-a-kind"), CHECKED])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_example_of_a_command_runs(
    laptop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    function, added = examples("add-a-command")
    names: dict[str, object] = {}
    exec(function, names)
    monkeypatch.setattr("fieldkit.commands.laptop.operators", names["operators"], raising=False)
    parser = argparse.ArgumentParser()
    exec(added, {**vars(laptop_arguments), "commands": parser.add_subparsers()})
    monkeypatch.setattr(every_argument, "parser", lambda: parser)
    assert command_line.run(["operators", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ["Asha"]


def test_the_example_of_a_report_runs(
    filled: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (declared,) = examples("add-a-report")
    names: dict[str, Report] = {}
    exec(declared, names)
    report = names["STORIES_BY_CONSENT"]
    monkeypatch.setattr("fieldkit.reports.figures.outreach.REPORTS", (report,))
    reports.cache_clear()
    stories = cli("export", "story", "--format", "jsonl").lines
    told = [one for one in stories if one.get("drafted_on")]
    assert told
    try:
        for way in ("area", "consent_how"):
            table = cli("report", report.name, "--by", way, "--json").json
            assert table["rows"][-1]["stories_drafted"] == len(told)
    finally:
        reports.cache_clear()


async def test_the_example_of_a_screen_opens(block: dict[str, str], opened_app: At) -> None:
    (declared,) = examples("add-a-screen")
    names: dict[str, type[PickerPage[None]]] = {}
    exec(declared, names)
    async with opened_app() as hand:
        await hand.app.push_screen(names["CountsPage"]())
        await hand.press("benef")
        await hand.settle()
        assert hand.line("beneficiary").split()[-2:] == ["beneficiary", "2"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [one for one in targets if not (path.parent / one).exists()] == []


def test_nothing_is_installed_by_a_name_that_belongs_to_others() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if FROM_THE_INDEX.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("pip install fieldkit", True),
        ("pipx install 'fieldkit[server]'", True),
        ("pip install --upgrade fieldkit", True),
        ("pipx install dist/fieldkit_jk-0.1.0-py3-none-any.whl", False),
        ("Install fieldkit-jk[server]", False),
        ("pipx install .", False),
    ],
)
def test_the_scan_of_install_lines(line: str, wrong: bool) -> None:
    assert bool(FROM_THE_INDEX.search(line)) is wrong


def test_documents_name_the_wheel_of_this_version() -> None:
    named = {
        version
        for path in DOCUMENTS
        for version in re.findall(r"fieldkit_jk-([\d.]+)-py3", path.read_text(encoding="utf-8"))
    }
    assert named == {fieldkit.__version__}
