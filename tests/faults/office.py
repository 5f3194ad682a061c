"""A server inside the tests, whose database can be reset between runs."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from tests.postgres import Postgres

from fieldkit.server.http.app import create_app


class Files:
    """SQLite databases, one file each, reset by copying."""

    def __init__(self, folder: Path) -> None:
        self._used, self._kept = folder / "server.sqlite3", folder / "kept.sqlite3"
        self.url = f"sqlite:///{self._used}"

    def keep(self) -> None:
        """Save the present database, while it is closed."""
        shutil.copy(self._used, self._kept)

    def put_back(self) -> None:
        """Restore the saved database, while it is closed."""
        for file in self._used.parent.glob("server.sqlite3-*"):
            file.unlink()
        shutil.copy(self._kept, self._used)


class Databases:
    """PostgreSQL databases, reset from a template."""

    def __init__(self, postgres: Postgres, name: str) -> None:
        self._postgres, self._name = postgres, name
        self.url = postgres.url(name)

    def keep(self) -> None:
        """Save the present database, while it is closed."""
        self._copy(self._name, f"{self._name}_kept")

    def put_back(self) -> None:
        """Restore the saved database, while it is closed."""
        self._copy(f"{self._name}_kept", self._name)

    def _copy(self, source: str, target: str) -> None:
        self._postgres.command(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        self._postgres.command(f"CREATE DATABASE {target} TEMPLATE {source}")


class Office:
    """The server in its own thread; a context manager."""

    def __init__(self, databases: Files | Databases) -> None:
        self._databases = databases
        self._app: FastAPI | None = None
        self._life = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._answer, log_config=None, access_log=False, lifespan="off", interface="asgi3"
            )
        )
        self._thread = threading.Thread(target=self._serve, name="office", daemon=True)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.database = databases.url

    def __enter__(self) -> Office:
        self._thread.start()
        self._call(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call(self._close())
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def keep(self) -> None:
        """Save the present database."""
        self._call(self._close())
        self._databases.keep()
        self._call(self._open())

    def put_back(self) -> None:
        """Restore the saved database."""
        self._call(self._close())
        self._databases.put_back()
        self._call(self._open())

    def start_again(self) -> None:
        """Close the database and open it again."""
        self._call(self._close())
        self._call(self._open())

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._server.serve(sockets=[self._listening]))

    def _call(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        # The same again after a pause: its engine remembers the SQL of its statements.
        self._app = self._app or create_app(self.database)
        await self._life.enter_async_context(self._app.router.lifespan_context(self._app))

    async def _close(self) -> None:
        await self._life.aclose()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None
        await self._app(scope, receive, send)
