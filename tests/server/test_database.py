from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.schema import DropTable

from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.database.connection import Unusable, writing
from fieldkit.server.database.migrate import open_database
from fieldkit.server.database.tables import UNKNOWN
from fieldkit.server.operation.run import run
from fieldkit.server.operation.status import status


def test_a_new_kind_takes_over_its_unknown_records(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'a.sqlite3'}"
    engine = open_database(url)
    with writing(engine) as connection:
        row = {"district": 2, "deleted": False, "version": 4, "created_by": "Asha"}
        for kind in ("village_organisation", "yet_to_come"):
            fields = {"name": "Noor", "village": 5, "motto": "together"}
            connection.execute(
                insert(UNKNOWN).values(kind=kind, id="7KQ2M9XD-1", fields=fields, **row)
            )
        # As the version before left it, which did not know the kind.
        connection.execute(DropTable(VillageOrganisation.table()))
        connection.exec_driver_sql("DELETE FROM grown WHERE kind = 'village_organisation'")
    engine.dispose()
    engine = open_database(url)
    table = VillageOrganisation.table()
    with engine.connect() as connection:
        (kept,) = connection.execute(select(table)).all()
        left = connection.execute(select(UNKNOWN.c.kind)).scalars().all()
    engine.dispose()
    assert (kept.name, kept.version, kept.created_by) == ("Noor", 4, "Asha")
    assert kept.extra == {"village": 5, "motto": "together"}
    assert left == ["yet_to_come"]
    assert status(url)["records"]["yet_to_come"] == 1


def test_status_creates_no_database(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="There is no database"):
        status(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert not (tmp_path / "none.sqlite3").exists()


def _of_a_laptop(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE alembic_version (version_num TEXT)")
        file.execute("CREATE TABLE device (id INTEGER, origin TEXT, counter INTEGER)")
        file.execute("CREATE TABLE origin (origin TEXT, born INTEGER)")


@pytest.mark.parametrize("opening", [open_database, status])
def test_the_file_of_a_laptop_is_left_as_it_is(
    tmp_path: Path, opening: Callable[[str], object]
) -> None:
    path = tmp_path / "fieldkit.sqlite3"
    _of_a_laptop(path)
    before = path.read_bytes()
    with pytest.raises(Unusable, match="holds no data of a server"):
        opening(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_status_writes_nothing_and_counts_what_an_older_server_left(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    engine = open_database(f"sqlite:///{path}")
    with writing(engine) as connection:
        row = {"district": 2, "deleted": False, "version": 4, "fields": {}}
        connection.execute(insert(UNKNOWN).values(kind="toolkit", id="7KQ2M9XD-1", **row))
        connection.execute(DropTable(Toolkit.table()))
    engine.dispose()
    before = path.read_bytes()
    assert status(f"sqlite:///{path}")["records"]["toolkit"] == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("url", ["nonsense", "", "oracle://x/y", "nosuch://x"])
def test_an_invalid_database_url_gives_a_sentence(url: str) -> None:
    with pytest.raises(Unusable):
        open_database(url)


def test_a_file_that_is_no_database_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3").write_bytes(b"not a database " * 100)
    with pytest.raises(Unusable, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'a.sqlite3'}")


def test_a_port_in_use_gives_a_sentence(tmp_path: Path, served: tuple[str, Path]) -> None:
    port = int(served[0].rpartition(":")[2])
    with pytest.raises(Unusable, match="another program"):
        run(f"sqlite:///{tmp_path / 'a.sqlite3'}", port=port)
