from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fieldkit.protocol.change import Op
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.search.glance import glance
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store

PEOPLE = (
    ("Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432", "Wathoora"),
    ("Ghulam Mohammad Bhat", "Ali Mohammad Bhat", "9419020001", "Nagam"),
    ("Zooni Akhter", "Abdul Gani", "7006155210", "Chadoora"),
    ("غلام محمد", "احمد", "7006155211", "Chadoora"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = Store.open(tmp_path)
    store.init("Asha", 2, 16)
    edits = [
        Edit(
            Beneficiary,
            {
                "name": name,
                "relation": "SO",
                "relation_name": father,
                "mobile": mobile,
                "village": village,
                "trade_code": "CARP",
            },
        )
        for name, father, mobile, village in PEOPLE
    ]
    store.save(edits, "Asha")
    store.close()
    return tmp_path


@pytest.mark.parametrize(
    "typed",
    [
        "gulam mohd butt",
        "zooni akhter",
        "zuni akhtar",
        "5210",
        "9419011432",
        "zooni 5210",
        "gh mohd bhat nagam",
        "غلام",
        "nobody",
        '"*(',
    ],
)
def test_a_glance_finds_what_the_store_finds(home: Path, typed: str) -> None:
    store = Store.open(home)
    hits = [(hit.id, hit.label, hit.strong) for hit in store.find(typed)]
    store.close()
    seen = glance(home / DATABASE, typed)
    assert seen is not None
    assert [(one.id, one.label, one.strong) for one in seen] == hits


def test_a_glance_shows_what_distinguishes_people(home: Path) -> None:
    (first, *_) = glance(home / DATABASE, "gulam mohd 1432") or []
    assert (first.relation, first.place, first.last_four, first.title) == (
        "s/o Abdul Ahad Bhat",
        "Wathoora",
        "1432",
        "Artisan",
    )


def test_deleted_records_and_old_names_are_not_found(home: Path) -> None:
    store = Store.open(home)
    (zooni,) = store.find("zooni")
    (ghulam, *_) = store.find("9419011432")
    store.save([Edit(Beneficiary, {}, id=zooni.id, op=Op.DELETE)], "Asha")
    store.save([Edit(Beneficiary, {"name": "Bashir Bhat"}, id=ghulam.id)], "Asha")
    store.close()
    assert glance(home / DATABASE, "zooni") == []
    assert [one.label for one in glance(home / DATABASE, "9419011432") or []] == ["Bashir Bhat"]


@pytest.mark.parametrize(
    "content", [None, b"", b"no database", b"SQLite format 3\0" + b"\xff" * 99]
)
def test_a_file_that_cannot_answer_gives_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / DATABASE
    if content is not None:
        path.write_bytes(content)
    assert glance(path, "bhat") is None
    assert path.exists() == (content is not None)


def test_a_glance_imports_no_records_and_no_sqlmodel() -> None:
    looked = "import sys, fieldkit.search.glance; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {"sqlmodel", "sqlalchemy", "pydantic", "fieldkit.records", "fieldkit.store"}
