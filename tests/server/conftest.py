from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection
from starlette.types import ASGIApp
from tests.forked import local_server

from fieldkit.protocol.change import Change, Json, Op, first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.server.database.connection import writing
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices.enrolment import CODE_MINUTES, make_code
from fieldkit.server.http.app import create_app
from fieldkit.server.http.caller import networks
from fieldkit.server.operation.local import code


class Laptop:
    """A laptop played by the test: it builds its own log and speaks plain HTTP."""

    def __init__(self, server: str) -> None:
        self.http = httpx.Client(base_url=server, trust_env=False, verify=False)
        self.origin = new_origin()
        self.changes: list[Change] = []
        self.heads = [first_head(self.origin)]
        self.token = ""

    def enrol(
        self, code: str, token: str | None = None, name: str = "Asha", logs: object = ()
    ) -> httpx.Response:
        """Exchange a code for a token, and use that from now on if there is one.

        ``logs``: the heads it shows; None: an older laptop, which shows none.
        """
        message = {"v": 1, "code": code, "origin": self.origin, "district": 2, "name": name}
        message |= {} if logs is None else {"logs": logs}
        answer = self.post("/v1/enrol", message, token=token)
        if answer.status_code == 200:
            self.token = str(answer.json()["token"])
        return answer

    def change(
        self,
        record: int,
        op: Op = Op.CREATE,
        kind: str = "village_organisation",
        **fields: Json,
    ) -> Change:
        """Log a change of a record that is this laptop's own, by its number."""
        return self.edit(f"{self.origin}-{record}", kind, None, op, **fields)

    def edit(
        self, record_id: str, kind: str, base: int | None, op: Op = Op.EDIT, /, **fields: Json
    ) -> Change:
        """Log a change of any record."""
        change = Change(
            seq=len(self.changes) + 1,
            kind=kind,
            record_id=record_id,
            op=op,
            fields=fields,
            base=base,
            at=1_790_000_000,
            operator="Asha",
        )
        self.changes.append(change)
        self.heads.append(change.head(self.heads[-1]))
        return change

    def request(self, first: int, items: list[object] | None = None) -> dict[str, object]:
        """The request for all changes from ``first``, or for ``items`` in their place."""
        wire: list[object] = [change.as_json() for change in self.changes[first - 1 :]]
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


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    address: str = "127.0.0.1",
    scheme: str = "http",
) -> httpx.Response:
    """Ask a server in this process as if from that address."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 50_000))
        base = f"{scheme}://server.example.in"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, content=content, headers=headers)

    return asyncio.run(send())


class Api:
    """A server in this process, whose clock the test sets, and laptops at any address."""

    def __init__(self, database: Path | str, trusted: tuple[str, ...] = ()) -> None:
        self.now = 1_790_000_000
        self.origin = new_origin()
        self.url = url = database if isinstance(database, str) else f"sqlite:///{database}"
        self.app = create_app(url, trusted=networks(trusted), clock=lambda: self.now)
        self.engine = open_database(url)

    def code(
        self,
        role: str = "operator",
        district: int | None = None,
        block: int | None = None,
        minutes: int = CODE_MINUTES,
    ) -> str:
        with writing(self.engine) as connection:
            return make_code(connection, role, district, block, self.now, minutes)

    def write(self, work: Callable[[Connection], object]) -> None:
        with writing(self.engine) as connection:
            work(connection)

    def post(
        self,
        path: str,
        message: Mapping[str, object],
        token: str = "",
        *,
        address: str = "127.0.0.1",
        scheme: str = "http",
        heads: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        content = json.dumps(message).encode()
        return self.send(path, content, token, address=address, scheme=scheme, heads=heads)

    def send(
        self,
        path: str,
        content: bytes,
        token: str = "",
        *,
        address: str = "127.0.0.1",
        scheme: str = "http",
        heads: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Post bytes as they are."""
        headers = {**(heads or {})} | ({"authorization": f"Bearer {token}"} if token else {})
        return ask(self.app, "POST", path, content, headers, address=address, scheme=scheme)

    def enrol(
        self,
        code: str,
        token: str = "",
        *,
        address: str = "127.0.0.1",
        scheme: str = "http",
        heads: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        message = {"code": code, "origin": self.origin, "district": 2, "name": "Zooni"}
        return self.post("/v1/enrol", message, token, address=address, scheme=scheme, heads=heads)

    def token(self, code: str | None = None, token: str = "") -> str:
        """Enrol, and return the token."""
        answer = self.enrol(code or self.code(), token)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def ask(self, token: str, **more: object) -> httpx.Response:
        """Sync with nothing new."""
        quiet = {"origin": self.origin, "last_seq": 0, "head": first_head(self.origin).hex()}
        return self.post("/v1/sync", quiet | more, token)

    def get(self, path: str) -> httpx.Response:
        return ask(self.app, "GET", path)

    def close(self) -> None:
        self.engine.dispose()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path / "server.sqlite3")
    yield api
    api.close()


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and word of a refusal, which must be problem details."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["title"]
    return answer.status_code, str(found["type"]).removeprefix("/problems/")


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
