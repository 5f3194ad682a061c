"""The key file gives its key for the right passphrase only, and slows down whoever guesses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import (
    KeyFile,
    NoSuchOperator,
    TooEarly,
    WrongPassphrase,
    fingerprint,
)
from fieldkit.keys.passphrase import Unfit, WrongKey, check_fit, new_key
from fieldkit.keys.sealing import new_sealing_pair, open_sealed
from fieldkit.settings import KEYS

WORDS = "walnut river carpet"
NOW = 1_780_000_000


@pytest.fixture
def made(tmp_path: Path) -> tuple[KeyFile, bytes]:
    file, key = KeyFile.new(tmp_path)
    file.add("Nasir", WORDS, key)
    return file, key


def read(home: Path) -> KeyFile:
    found = KeyFile.read(home)
    assert found
    return found


def test_each_operator_has_a_passphrase_of_their_own(
    tmp_path: Path, made: tuple[KeyFile, bytes]
) -> None:
    file, key = made
    file.add("Rubina", "pashmina shawl 7", key)
    again = read(tmp_path)
    assert again.operators == ["Nasir", "Rubina"]
    assert again.unlock("Nasir", WORDS, NOW) == again.unlock("Rubina", "pashmina shawl 7", NOW)
    assert again.unlock("Nasir", WORDS, NOW) == key
    with pytest.raises(WrongPassphrase):
        again.unlock("Nasir", "pashmina shawl 7", NOW)
    with pytest.raises(NoSuchOperator):
        again.unlock("Bashir", WORDS, NOW)


def test_spacing_and_the_form_of_letters_do_not_matter(made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    assert file.unlock("Nasir", "  ｗalnut river   carpet ", NOW) == key
    file.add("Asad", "قلم کتاب دریا", key)
    assert file.unlock("Asad", "قلم کتاب دریا ", NOW) == key


def test_a_joiner_that_a_terminal_does_not_give_does_not_matter(
    made: tuple[KeyFile, bytes],
) -> None:
    file, key = made
    file.add("Rubina", "क्\u200dष नदी कालीन", key)
    assert file.unlock("Rubina", "क्ष नदी कालीन", NOW) == key


@pytest.mark.parametrize(
    "easy",
    [
        "",
        "short",
        "two words",
        "1234567890",
        "9419 012 345 6",
        "+91-9419012345",
        "12/03/1984",
        "a b c",
    ],
)
def test_easy_passphrases_are_refused(easy: str, made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    with pytest.raises(Unfit):
        file.add("Rubina", easy, key)
    with pytest.raises(Unfit):
        file.change("Nasir", WORDS, easy, NOW)
    assert file.unlock("Nasir", WORDS, NOW) == key


@pytest.mark.parametrize("good", ["ten signs!", "go to it", "one two three"])
def test_three_words_or_ten_characters_will_do(good: str) -> None:
    check_fit(good)


def test_a_changed_passphrase_replaces_the_old(made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    file.change("Nasir", WORDS, "apple cedar poplar", NOW)
    assert file.unlock("Nasir", "apple cedar poplar", NOW) == key
    with pytest.raises(WrongPassphrase):
        file.unlock("Nasir", WORDS, NOW)


def test_the_last_operator_stays(tmp_path: Path, made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    with pytest.raises(ValueError, match="last"):
        file.remove("Nasir")
    file.add("Rubina", "pashmina shawl 7", key)
    file.remove("Nasir")
    assert read(tmp_path).operators == ["Rubina"]


def guess(file: KeyFile, now: int) -> int:
    with pytest.raises(WrongPassphrase) as raised:
        file.unlock("Nasir", "not the passphrase", now)
    return raised.value.wait_seconds


def test_guessing_gets_slower_also_after_a_restart(
    tmp_path: Path, made: tuple[KeyFile, bytes]
) -> None:
    waits, now = [], NOW
    for _ in range(11):
        waits.append(guess(read(tmp_path), now))
        if waits[-1]:
            with pytest.raises(TooEarly) as early:
                read(tmp_path).unlock("Nasir", WORDS, now + waits[-1] - 1)
            assert early.value.wait_seconds == 1
        now += waits[-1]
    assert waits == [0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert read(tmp_path).unlock("Nasir", WORDS, now) == made[1]
    assert guess(read(tmp_path), now) == 0, "the right passphrase begins anew"


def test_a_clock_set_back_makes_the_wait_neither_short_nor_endless(
    tmp_path: Path, made: tuple[KeyFile, bytes]
) -> None:
    for _ in range(4):
        guess(made[0], NOW)
    long_ago = NOW - 10_000_000
    with pytest.raises(TooEarly) as early:
        read(tmp_path).unlock("Nasir", WORDS, long_ago)
    assert early.value.wait_seconds == 30
    assert read(tmp_path).wait("Nasir", long_ago + 10) == 20
    assert read(tmp_path).unlock("Nasir", WORDS, long_ago + 30) == made[1]


def test_another_operator_does_not_wait(made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    file.add("Rubina", "pashmina shawl 7", key)
    for _ in range(5):
        if not file.wait("Nasir", NOW):
            guess(file, NOW)
    assert file.wait("Nasir", NOW) == 30
    assert file.unlock("Rubina", "pashmina shawl 7", NOW) == key


def test_the_server_opens_the_sealed_copy(tmp_path: Path, made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    server = new_sealing_pair()
    with pytest.raises(ValueError, match="sealed"):
        file.drop_passphrases()
    file.seal_to(server.public, key)
    file.drop_passphrases()
    again = read(tmp_path)
    assert again.operators == []
    assert again.sealed_to == server.public
    assert again.sealed
    assert open_sealed(again.sealed, server.private) == key
    with pytest.raises(NoSuchOperator):
        again.unlock("Nasir", WORDS, NOW)
    again.add("Nasir", WORDS, key)  # after a recovery
    assert again.unlock("Nasir", WORDS, NOW) == key


def test_keys_of_older_backups_are_kept(tmp_path: Path, made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    older = new_key()
    file.keep_earlier(key, older)
    assert read(tmp_path).all_keys(key) == [key, older]
    with pytest.raises(WrongKey):
        file.keep_earlier(older, key)
    with pytest.raises(WrongKey):
        file.add("Rubina", WORDS, older)


def test_two_programs_change_one_file(tmp_path: Path, made: tuple[KeyFile, bytes]) -> None:
    file, key = made
    other = read(tmp_path)
    file.add("Rubina", "pashmina shawl 7", key)
    guess(other, NOW)
    assert read(tmp_path).operators == ["Nasir", "Rubina"]


def test_nothing_of_key_or_passphrase_stands_in_the_file(
    tmp_path: Path, made: tuple[KeyFile, bytes]
) -> None:
    _, key = made
    found = (tmp_path / KEYS).read_bytes()
    assert key not in found
    assert key.hex().encode() not in found
    assert fingerprint(key).encode() in found
    assert b"walnut" not in found
    assert os.name != "posix" or (tmp_path / KEYS).stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_changes_nothing(
    tmp_path: Path, made: tuple[KeyFile, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, key = made
    before = (tmp_path / KEYS).read_bytes()
    guess(file, NOW)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        file.add("Rubina", "pashmina shawl 7", key)
    assert file.operators == ["Nasir"]
    assert json.loads((tmp_path / KEYS).read_bytes())["operators"].keys() == {"Nasir"}
    assert file.unlock("Nasir", WORDS, NOW) == key, "also where a failure cannot be counted"
    assert not list(tmp_path.glob("*.part"))
    assert before


@pytest.mark.parametrize(
    "found",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"version": 2}',
        b"[" * 100_000,
        b'{"version": 1, "key": "a", "operators": [], "sealed": null, "sealed_to": null}',
    ],
)
def test_what_is_no_key_file_is_refused_in_words(tmp_path: Path, found: bytes) -> None:
    (tmp_path / KEYS).write_bytes(found)
    with pytest.raises(UnreadableKeys, match="cannot be read"):
        KeyFile.read(tmp_path)


def test_a_file_cannot_ask_for_endless_work(tmp_path: Path, made: tuple[KeyFile, bytes]) -> None:
    entries = json.loads((tmp_path / KEYS).read_bytes())
    entries["operators"]["Nasir"]["memory"] = 1 << 50
    (tmp_path / KEYS).write_text(json.dumps(entries), "utf-8")
    with pytest.raises(UnreadableKeys):
        KeyFile.read(tmp_path)


def test_a_home_without_one(tmp_path: Path) -> None:
    assert KeyFile.read(tmp_path) is None
