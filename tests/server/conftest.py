from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from fieldkit.records import Change, Json, Op, first_head, new_origin
from fieldkit.server.local import code, local_server
from fieldkit.sync.messages import on_the_wire


class Laptop:
    """A laptop played by the test: it builds its own log and speaks plain HTTP."""

    def __init__(self, server: str) -> None:
        self.http = httpx.Client(base_url=server, trust_env=False, verify=False)
        self.origin = new_origin()
        self.changes: list[Change] = []
        self.heads = [first_head(self.origin)]
        self.token = ""

    def enrol(self, code: str, token: str | None = None, name: str = "Asha") -> httpx.Response:
        """Exchange a code for a token, and use that from now on if there is one."""
        message = {"v": 1, "code": code, "origin": self.origin, "district": 2, "name": name}
        answer = self.post("/v1/enrol", message, token=token)
        if answer.status_code == 200:
            self.token = str(answer.json()["token"])
        return answer

    def change(
        self, record: int, op: Op = Op.CREATE, kind: str = "village_organisation", **fields: Json
    ) -> Change:
        change = Change(
            seq=len(self.changes) + 1,
            kind=kind,
            record_id=f"{self.origin}-{record}",
            op=op,
            fields=fields,
            base=None,
            at=1_790_000_000,
            operator="Asha",
        )
        self.changes.append(change)
        self.heads.append(change.head(self.heads[-1]))
        return change

    def request(self, first: int, items: list[object] | None = None) -> dict[str, object]:
        """The request for all changes from ``first``, or for ``items`` in their place."""
        wire: list[object] = [on_the_wire(change) for change in self.changes[first - 1 :]]
        batch = {
            "first": first,
            "before": self.heads[first - 1].hex(),
            "changes": wire if items is None else items,
        }
        return self.quiet() | {"batch": batch}

    def quiet(self) -> dict[str, object]:
        return {
            "v": 1,
            "origin": self.origin,
            "last_seq": len(self.changes),
            "head": self.heads[-1].hex(),
        }

    def post(self, path: str, message: object, token: str | None = None) -> httpx.Response:
        return self.raw(gzip.compress(json.dumps(message).encode()), path=path, token=token)

    def raw(
        self,
        body: bytes,
        *,
        path: str = "/v1/sync",
        token: str | None = None,
        encoding: str = "gzip",
    ) -> httpx.Response:
        token = self.token if token is None else token
        headers = {"content-encoding": encoding} if encoding else {}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        return self.http.post(path, content=body, headers=headers)

    def sync(self, first: int, items: list[object] | None = None) -> httpx.Response:
        return self.post("/v1/sync", self.request(first, items))

    def ask(self) -> httpx.Response:
        return self.post("/v1/sync", self.quiet())


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("server")
    with local_server(folder / "server.sqlite3", folder / "log") as url:
        yield url, folder


Make = Callable[..., Laptop]


@pytest.fixture
def make_laptop(served: tuple[str, Path]) -> Iterator[Make]:
    """Enrol laptops: ``make_laptop("operator", district=2)``; no scope is the whole territory."""
    made: list[Laptop] = []

    def make(
        role: str = "operator", district: int | None = None, block: int | None = None
    ) -> Laptop:
        laptop = Laptop(served[0])
        made.append(laptop)
        answer = laptop.enrol(code(served[1] / "server.sqlite3", role, district, block), token="")
        assert answer.status_code == 200, answer.text
        return laptop

    yield make
    for laptop in made:
        laptop.http.close()


@pytest.fixture
def laptop(make_laptop: Make) -> Laptop:
    return make_laptop()


Row = Callable[[str, str], dict[str, object]]


@pytest.fixture
def row(served: tuple[str, Path]) -> Row:
    """Read one row of the server's database by table and id."""
    import sqlite3

    def read(table: str, record_id: str) -> dict[str, object]:
        connection = sqlite3.connect(served[1] / "server.sqlite3")
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (record_id,)).fetchone()
        connection.close()
        return dict(found) if found else {}

    return read
