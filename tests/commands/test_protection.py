"""Encrypting a home from the command line, and working in it with passphrases."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, Ran

from fieldkit.keys.keyfile import KeyFile, keys_beside
from fieldkit.keys.private_file import write_private
from fieldkit.server.operation.local import code
from fieldkit.settings import DATABASE, KEYS, is_encrypted

WORDS = "walnut river carpet"
OTHER = "apple cedar poplar"


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The passphrase in the environment, as a script gives it."""
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", WORDS)
    return monkeypatch


@pytest.fixture
def protected(filled: Path, cli: Cli, given: pytest.MonkeyPatch) -> Path:
    assert cli("protect").code == 0
    return filled


def on_a_terminal(given: pytest.MonkeyPatch, cli: Cli, *typed: str) -> Cli:
    """Return what runs a command whose questions for passphrases are answered one by one."""
    answers = iter(typed)
    given.delenv("FIELDKIT_PASSPHRASE", raising=False)
    given.setattr("fieldkit.commands.protection.asking.getpass", lambda *_: next(answers))

    def call(*arguments: str | Path, piped: bytes = b"") -> Ran:
        with given.context() as patch:
            for module in ("asking", "protect"):
                patch.setattr(f"fieldkit.commands.protection.{module}.on_terminal", lambda: True)
            return cli(*arguments, piped=piped)

    return call


def test_a_new_passphrase_is_asked_for_until_it_will_do(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    done = on_a_terminal(given, cli, "abc", WORDS, f"{WORDS}x", WORDS, WORDS)("protect")
    assert (done.code, "too short" in done.err, "not the same" in done.err) == (0, True, True)


def test_protect_encrypts_everything_and_commands_go_on(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    before = cli("export", "beneficiary").out
    plain = cli("status")
    assert "not encrypted: `fieldkit protect`" in plain.text
    cli("backup", filled / "backups" / "2026-11-01.sqlite3")
    cli("backup", filled / "backups" / "replaced-1.sqlite3")
    done = cli("protect")
    assert done.code == 0
    assert "Older backups encrypted: 2." in done.text
    assert all(is_encrypted(path) for path in filled.rglob("*.sqlite3"))
    assert "The data on this laptop is encrypted." in cli("status").text
    assert cli("status", "--json").json["encrypted"] is True
    assert cli("export", "beneficiary").out == before
    assert cli("check").code == 0
    assert "already" in cli("protect").text


def test_without_a_passphrase_a_command_says_what_to_do(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    given.delenv("FIELDKIT_PASSPHRASE")
    for command in (["status"], ["find", "ali"], ["check"], ["passphrase"], ["protect"]):
        ran = cli(*command)
        assert ran.code == 2
        assert ran.err.strip() == (
            "The data on this laptop is encrypted: it opens with a passphrase. Start this on a "
            "terminal, or set FIELDKIT_PASSPHRASE."
        )
    given.setenv("FIELDKIT_PASSPHRASE", "not the passphrase")
    ran = cli("status")
    assert (ran.code, ran.err) == (2, "Wrong passphrase. Try again.\n")
    (protected / KEYS).unlink()
    assert "keys.json that opens it is missing" in cli("status").err


def test_guessing_by_commands_gets_slower(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    given.setenv("FIELDKIT_PASSPHRASE", "not the passphrase")
    said = [cli("status").err for _ in range(5)]
    assert said[2] == "Wrong passphrase. Try again.\n"
    assert said[3] == "Wrong passphrase. Wait 30 seconds, then try again.\n"
    assert "too often" in said[4]
    given.setenv("FIELDKIT_PASSPHRASE", WORDS)
    assert "too often" in cli("status").err


def test_a_passphrase_is_typed_on_the_terminal(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    ran = on_a_terminal(given, cli, "not this one", WORDS)("status")
    assert ran.code == 0
    assert ran.err == "Wrong passphrase. Try again.\n"
    assert on_a_terminal(given, cli, *["wrong words here"] * 3)("status").code == 2


def test_each_operator_has_their_own(protected: Path, cli: Cli, given: pytest.MonkeyPatch) -> None:
    given.setenv("FIELDKIT_NEW_PASSPHRASE", OTHER)
    assert cli("passphrase", "remove", "Asha").err.startswith("Asha is the only one who can open")
    assert cli("passphrase", "add", "Rubina").code == 0
    assert cli("passphrase", "list").text == "Asha\nRubina\n"
    assert cli("passphrase", "add", "Rubina").code == 2
    given.setenv("FIELDKIT_PASSPHRASE", OTHER)
    given.setenv("FIELDKIT_NEW_PASSPHRASE", "a third one, long")
    assert cli("passphrase", "change").code == 0
    assert cli("status").err == "Wrong passphrase. Try again.\n"
    given.setenv("FIELDKIT_PASSPHRASE", WORDS)
    assert cli("passphrase", "remove", "Rubina").code == 0
    given.setenv("FIELDKIT_PASSPHRASE", "a third one, long")
    assert cli("status").code == 2


def test_commands_work_in_the_name_of_who_unlocked(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch, sample: Path
) -> None:
    given.setenv("FIELDKIT_NEW_PASSPHRASE", OTHER)
    cli("passphrase", "add", "Rubina")
    given.setenv("FIELDKIT_PASSPHRASE", OTHER)
    row = json.loads((sample / "beneficiary.jsonl").read_text().splitlines()[0])
    line = {"name": "Haleema Bano", "trade_code": row["trade_code"], "district": 2, "block": 16}
    cli("import", "beneficiary", "-", piped=json.dumps(line).encode())
    made = cli("export", "beneficiary", "--format", "jsonl").lines
    authors = {one["created_by"] for one in made if one["name"] == "Haleema Bano"}
    assert authors == {"Rubina"}


def test_a_backup_comes_back_on_another_laptop(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    assert "key file beside it" in cli("backup", stick / "b.sqlite3").text
    held = cli("export", "beneficiary").out
    given.setenv("FIELDKIT_HOME", str(tmp_path / "new laptop"))
    given.setenv("FIELDKIT_PASSPHRASE", "not the passphrase")
    assert cli("restore", stick / "b.sqlite3").err == "Wrong passphrase. Try again.\n"
    given.setenv("FIELDKIT_PASSPHRASE", WORDS)
    assert cli("restore", stick / "b.sqlite3").code == 0
    assert is_encrypted(tmp_path / "new laptop" / DATABASE)
    assert cli("export", "beneficiary").out == held
    given.setenv("FIELDKIT_HOME", str(tmp_path / "third"))
    (stick / "b.sqlite3.keys.json").unlink()
    alone = cli("restore", stick / "b.sqlite3")
    assert alone.code == 2
    assert "Put its key file beside it (b.sqlite3.keys.json)" in alone.err
    assert "damaged" not in alone.err


def test_a_backup_of_another_key_is_read_with_its_own_passphrase(
    protected: Path, cli: Cli, given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stick = tmp_path / "stick" / "b.sqlite3"
    cli("backup", stick)
    given.setenv("FIELDKIT_HOME", str(tmp_path / "other"))
    cli("init", "--name", "Asha", "--district", "2", "--block", "16")
    assert cli("protect").code == 0
    assert cli("restore", stick).code == 0
    assert cli("check").code == 0
    keys = KeyFile.read(tmp_path / "other")
    assert keys
    assert len(keys.all_keys(keys.unlock("Asha", WORDS, 0))) == 2
    (stick.parent / "b.sqlite3.keys.json").unlink()
    assert cli("restore", stick).code == 0, "its key is kept from now on"


def test_a_full_disk_after_the_data_is_encrypted_is_no_fault(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    (filled / "entry.json").write_text("{}")

    def full(path: Path, content: bytes) -> None:
        if path.name.endswith(".sealed"):
            raise OSError(28, "No space left on device")
        write_private(path, content)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("fieldkit.keys.notes.write_private", full)
        assert cli("protect").code == 0
    assert is_encrypted(filled / DATABASE)
    assert cli("status").code == 0
    assert not (filled / "entry.json").exists(), "it is encrypted at the next start"


@pytest.mark.parametrize(
    ("altered", "command", "said"),
    [
        (
            {"key": "00" * 8},
            ("passphrase", "add", "Rubina"),
            "another key than the one in keys.json",
        ),
        (
            {"sealed": "AAAA", "sealed_to": "AAAA", "server": "https://ex.in"},
            ("unlock", "--recover", "K7"),
            "No server can open this laptop",
        ),
    ],
)
def test_an_altered_key_file_is_answered_in_words(
    protected: Path,
    cli: Cli,
    given: pytest.MonkeyPatch,
    altered: dict[str, str],
    command: tuple[str, ...],
    said: str,
) -> None:
    given.setenv("FIELDKIT_NEW_PASSPHRASE", "seven quiet bridges")
    entries = json.loads((protected / KEYS).read_bytes())
    (protected / KEYS).write_text(json.dumps(entries | altered), "utf-8")
    ran = cli(*command)
    assert ran.code == 2
    assert said in ran.err
    assert cli("status").code == 0, "the passphrase opens the data all the same"


def test_enrolling_offers_a_passphrase(
    laptop: Path, cli: Cli, server: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = cli("enrol", server, code(database))
    assert ran.code == 0
    assert ran.text.endswith("not encrypted. `fieldkit protect` encrypts it.\n")
    assert not is_encrypted(laptop / DATABASE)
    empty = on_a_terminal(monkeypatch, cli, "")("enrol", server, code(database))
    assert empty.code == 0
    assert not is_encrypted(laptop / DATABASE)
    typed = on_a_terminal(monkeypatch, cli, WORDS, WORDS)("enrol", server, code(database))
    assert "The data on this laptop is encrypted." in typed.text
    assert is_encrypted(laptop / DATABASE)
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", WORDS)
    assert cli("sync").code == 0


def test_protect_needs_a_set_up_laptop_and_a_fit_passphrase(
    home: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    assert "not set up yet" in cli("protect").err
    cli("init", "--name", "Asha", "--district", "2", "--block", "16")
    given.setenv("FIELDKIT_PASSPHRASE", "short")
    assert "three words, or ten characters" in cli("protect").err
    assert not (home / KEYS).exists()
    assert not is_encrypted(home / DATABASE)


LOADED = """
import sys
from fieldkit.cli import run
run(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"sqlcipher3", "nacl"}))
"""


@pytest.mark.parametrize(("encrypted", "loaded"), [(False, ""), (True, "nacl sqlcipher3")])
def test_the_drivers_are_loaded_for_an_encrypted_home_only(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch, encrypted: bool, loaded: str
) -> None:
    if encrypted:
        cli("protect")
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, "find", "ali"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout.splitlines()[-1] == loaded


def test_old_copies_are_deleted_or_kept_as_asked(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch
) -> None:
    old = filled / "backups" / "2026-11-01.sqlite3"
    cli("backup", old)
    shutil.copyfile(old, old.with_name("replaced-1.sqlite3"))
    kept = cli("protect", "--copies", "keep")
    assert kept.code == 1
    assert "still not encrypted" in kept.err
    assert cli("protect", "--copies", "delete").text.splitlines()[-1] == "Older backups deleted: 2."
    assert not old.exists()


def test_a_home_that_went_back_to_plain_data_restores_what_was_encrypted_there(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain, kept = tmp_path / "plain.sqlite3", tmp_path / "kept.sqlite3"
    cli("backup", plain)
    cli("protect")
    cli("backup", kept)
    keys_beside(kept).unlink()
    shutil.copyfile(plain, filled / DATABASE)
    assert cli("restore", kept).code == 0
    assert is_encrypted(filled / DATABASE)
    assert cli("check").code == 0


def test_a_key_file_that_another_one_replaces_is_kept(
    protected: Path, cli: Cli, tmp_path: Path, given: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs.sqlite3"
    cli("backup", theirs)
    given.setenv("FIELDKIT_HOME", str(tmp_path / "other"))
    cli("init", "--name", "Zed", "--district", "2", "--block", "16")
    plain = tmp_path / "plain.sqlite3"
    cli("backup", plain)
    cli("protect")
    shutil.copyfile(plain, tmp_path / "other" / DATABASE)
    before = (tmp_path / "other" / KEYS).read_bytes()
    assert cli("restore", theirs).code == 0
    assert before in [one.read_bytes() for one in (tmp_path / "other/backups").glob("keys-*.json")]


def test_no_copy_is_encrypted_with_a_key_file_of_another_laptop(
    protected: Path, cli: Cli, tmp_path: Path
) -> None:
    copy = protected / "backups" / "2026-11-01.sqlite3"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(b"SQLite format 3\0" + bytes(4096))
    strange, key = KeyFile.new(tmp_path)
    strange.add("Zed", WORDS, key)
    shutil.copyfile(tmp_path / KEYS, protected / KEYS)
    ran = cli("protect")
    assert (ran.code, "another key" in ran.err) == (2, True)
    assert not is_encrypted(copy)


def test_a_plain_backup_without_the_keys_leaves_plain_data_and_says_so(
    filled: Path, cli: Cli, given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cli("backup", tmp_path / "plain.sqlite3")
    cli("protect")
    (filled / KEYS).unlink()
    assert "The data is not encrypted any more" in cli("restore", tmp_path / "plain.sqlite3").text


def test_a_backup_never_replaces_the_keys(protected: Path, cli: Cli) -> None:
    before = (protected / KEYS).read_bytes()
    assert cli("backup", "--force", protected / KEYS).code == 2
    assert (protected / KEYS).read_bytes() == before


def test_a_start_leaves_key_files_of_any_name_as_they_are(protected: Path, cli: Cli) -> None:
    kept = [protected / "keys-old.json", protected / "stick.sqlite3.keys.json"]
    for path in kept:
        shutil.copyfile(protected / KEYS, path)
    assert cli("status").code == 0
    assert all(KeyFile.at(path) for path in kept)
