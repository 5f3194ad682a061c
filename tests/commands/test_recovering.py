"""A laptop whose passphrase was forgotten, or that was revoked, opened with a supervisor's code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.server.operation.local import code
from fieldkit.settings import KEYS

WORDS = "walnut river carpet"
NEW = "apple cedar poplar"


@pytest.fixture(autouse=True)
def _passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", WORDS)
    monkeypatch.setenv("FIELDKIT_NEW_PASSPHRASE", NEW)


@pytest.fixture
def enrolled(filled: Path, cli: Cli, server: str, database: str) -> Path:
    """A laptop that is encrypted as it is enrolled."""
    assert cli("enrol", server, code(database)).code == 0
    return filled


def device(cli: Cli, database: str) -> str:
    return str(max(one["id"] for one in cli("server", "devices", "--json", *on(database)).json))


def on(database: str) -> tuple[str, str]:
    return "--database", database if "://" in database else f"sqlite:///{database}"


def recovery_code(cli: Cli, database: str) -> str:
    return cli("server", "recover", device(cli, database), *on(database)).text.strip()


def test_a_forgotten_passphrase_is_replaced_with_a_code(
    enrolled: Path, cli: Cli, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recovery_code(cli, database)
    never = cli("unlock", "--recover", made)
    assert (never.code, "has not synced since" in never.err) == (2, True)
    assert cli("sync").code == 0
    assert "http" in json.loads((enrolled / KEYS).read_text())["server"]
    monkeypatch.setenv("FIELDKIT_NEW_PASSPHRASE", "short")
    assert "too short" in cli("unlock", "--recover", made).err, "the code is not used up"
    monkeypatch.setenv("FIELDKIT_NEW_PASSPHRASE", NEW)
    assert "does not know this code" in cli("unlock", "--recover", "00000-00000").err
    ran = cli("unlock", "--recover", made)
    assert (ran.code, ran.err) == (0, "")
    assert "opens the data with the new passphrase" in ran.text
    assert "already used" in cli("unlock", "--recover", made).err
    assert "Wrong passphrase" in cli("status").err
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", NEW)
    assert cli("sync").code == 0


def test_without_a_connection_nothing_is_used_up(
    enrolled: Path, cli: Cli, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("sync").code == 0
    made = recovery_code(cli, database)
    keys = json.loads((enrolled / KEYS).read_text())
    (enrolled / KEYS).write_text(json.dumps(keys | {"server": "http://127.0.0.1:9"}))
    ran = cli("unlock", "--recover", made)
    assert (ran.code, ran.err) == (3, "No connection. Try again when there is one.\n")
    (enrolled / KEYS).write_text(json.dumps(keys))
    assert cli("unlock", "--recover", made).code == 0


def test_a_revoked_laptop_opens_with_a_code_and_goes_on_once_it_is_enrolled(
    enrolled: Path, cli: Cli, server: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("sync").code == 0
    rows = enrolled / "more.jsonl"
    rows.write_text('{"name": "Noor VO"}\n')
    saved = ("import", "village_organisation", rows)
    number = device(cli, database)
    assert cli("server", "revoke", number, *on(database)).code == 0
    assert "All its work is on the server." in cli("sync").err
    assert json.loads((enrolled / KEYS).read_text())["operators"] == {}
    shut = cli("status")
    assert (shut.code, shut.out) == (2, b"")
    assert "recovery code" in shut.err
    unnamed = cli("unlock", "--recover", recovery_code(cli, database))
    assert "--operator NAME" in unnamed.err
    opened = cli("unlock", "--recover", recovery_code(cli, database), "--operator", "Asha")
    assert "enrol it again" in opened.text
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", NEW)
    assert cli("sync").code == 1
    refused = cli(*saved)
    assert "nothing new can be saved" in refused.err, "the passphrase still opens it"
    assert cli("enrol", server, code(database)).code == 0
    assert cli("sync").code == 0
    assert "nothing new can be saved" not in cli(*saved).err
