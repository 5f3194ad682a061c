"""Run commands as scripts do, each in a fresh home folder."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.forked import local_server

from fieldkit.cli import run
from fieldkit.store import Store

NO_VERDICTS = dict.fromkeys(("applied", "rejected", "late", "waiting"), 0)
"""What a sync that sent nothing says of it."""


@dataclass(frozen=True)
class Ran:
    """The exit code and output of a command."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The entries of a JSONL export."""
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Ran]


def caller(capsys: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return what that runs a command here: ``cli("find", "Ali", piped=b"...")``."""

    def call(*arguments: str | Path, piped: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
        try:
            code = run([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        seen = capsys.readouterr()
        return Ran(code, seen.out, seen.err.decode())

    return call


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Cli:
    return caller(capsysbinary, monkeypatch)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation that is not set up yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("FIELDKIT_HOME", str(folder))
    return folder


@pytest.fixture
def laptop(home: Path) -> Path:
    """A laptop set up in Chadoora, Budgam, without a record."""
    store = Store.open(home)
    store.init("Asha", 2, 16)
    store.close()
    return home


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files of a sample of 60 people."""
    folder = tmp_path_factory.mktemp("sample")
    assert run(["sample", "--people", "60", "--seed", "7", "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def _filled(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDKIT_HOME", str(folder / "home"))
        assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
        assert run(["import", str(sample)]) == 0
    shutil.copytree(folder / "home", folder / "kept")
    return folder


@pytest.fixture
def filled(_filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A laptop with the sample, always at the same path: elsewhere it would count as a copy."""
    home = _filled / "home"
    shutil.rmtree(home)
    shutil.copytree(_filled / "kept", home)
    monkeypatch.setenv("FIELDKIT_HOME", str(home))
    return home


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the server's database; tests of another file may send more from their copies."""
    return f"sqlite:///{tmp_path_factory.mktemp('server') / 'server.sqlite3'}"


@pytest.fixture(scope="module")
def server(database: str) -> Iterator[str]:
    """A server on this machine; its address."""
    with local_server(database) as url:
        yield url
