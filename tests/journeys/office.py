"""Laptops of one district whose commands run in the test, and the codes that enrol them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.commands.conftest import Cli, Ran
from tests.faults.processes import Server
from tests.journeys.hand import run

from fieldkit.protocol.change import Op
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store

DISTRICT, BLOCK, OTHER_BLOCK = "2", "16", "17"


class Laptop:
    """One laptop: its entries through its store, everything else through its commands."""

    def __init__(self, office: Office, operator: str, block: str = BLOCK) -> None:
        self._office = office
        self.home = office.folder / operator
        self.operator = operator
        self.run("init", "--name", operator, "--district", DISTRICT, "--block", block)

    def run(self, *arguments: str) -> bytes:
        done = self.try_(*arguments)
        assert done.code == 0, done.err
        return done.out

    def try_(self, *arguments: str) -> Ran:
        """Run a command that may fail."""
        self._office.patch.setenv("FIELDKIT_HOME", str(self.home))
        return self._office.cli(*arguments)

    def save(self, *edits: Edit) -> list[str]:
        store = Store.open(self.home)
        try:
            return [saved.id for saved in store.save(edits, self.operator)]
        finally:
            store.close()

    def put(self, kind: type[Record], **fields: Value) -> str:
        """Save a new record and return its number."""
        return self.save(Edit(kind, fields))[0]

    def edit(self, person: str, **fields: Value) -> None:
        self.save(Edit(Beneficiary, fields, person))

    def save_fields(self, kind: type[Record], number: str, **fields: Value) -> None:
        self.save(Edit(kind, fields, number))

    def delete(self, kind: type[Record], number: str) -> None:
        self.save(Edit(kind, {}, number, op=Op.DELETE))

    def enrol(self, server: Server, code: str) -> None:
        self.run("enrol", server.url, code)

    def sync(self) -> None:
        self.run("sync")

    def read(self, *arguments: str) -> Any:  # noqa: ANN401
        return json.loads(self.run(*arguments, "--json"))

    def conflicts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the open conflicts by record and field."""
        return {(one["record"], one["field"]): one for one in self.read("conflicts")}


@dataclass(frozen=True)
class Office:
    """Where the laptops stand, and how their commands are given."""

    folder: Path
    cli: Cli
    patch: pytest.MonkeyPatch


def code(database: str, role: str, *scope: str) -> str:
    made = run(Path(), "server", "code", "--role", role, *scope, "--database", database)
    assert made.count("\n") == 1
    return made.strip()


def sync_in_turn(laptops: Sequence[Laptop]) -> None:
    """The last to sync knows all; the others learn of it the second time."""
    for one in [*laptops, *laptops]:
        one.sync()
