"""What a thief reads on an encrypted laptop after a usual day and a crash: nothing of anybody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, caller
from tests.journeys.planting import plant

from fieldkit.cli import run
from fieldkit.keys.keyfile import KeyFile
from fieldkit.records import kinds
from fieldkit.server.operation.local import code, local_server
from fieldkit.settings import DATABASE
from fieldkit.store import Draft, Store

WORDS = "walnut river carpet"
CANARY = "Kasturaqanari"
"""A word that nobody else writes, in every field of a draft and of saved records of every kind."""
UTF_16 = ("utf-16-le", "utf-16-be")
MESSY = f"Name,Trade,Mobile\n{CANARY},Carpenter,12\nZoon {CANARY},no trade,9419011432\n"
CRASH = """
import os, sys
from fieldkit.commands import open_store
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Draft, Edit
with open_store() as store:
    store.save([Edit(Beneficiary, {"name": sys.argv[1], "trade_code": "CARP"})], "Asha")
    store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": sys.argv[1]}))
    with store.rehearsal():
        os._exit(9)
"""


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Cli:
    return caller(capsysbinary, monkeypatch)


def canaries(sample: Path) -> set[str]:
    """Return every text of the sample: names, mobiles, accounts, villages, remarks."""
    found = {CANARY, WORDS}
    for path in sample.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            texts = json.loads(line).values()
            found |= {text for text in texts if isinstance(text, str) and len(text) > 5}
    return found


def readable(home: Path, texts: Iterable[str], secrets: Iterable[bytes]) -> set[str]:
    """Return what stands in the files of a home, or in their names, as UTF-8 or UTF-16."""
    files = [path for path in home.rglob("*") if path.is_file()]
    content = b"\n".join([*(path.read_bytes() for path in files), *map(bytes, files)])
    bare = content.replace(b"\0", b"")  # ASCII as UTF-16, of either order, is then as UTF-8
    found = {
        text
        for text in texts
        if text.encode() in bare
        or (not text.isascii() and any(text.encode(form) in content for form in UTF_16))
    }
    return found | {
        secret.hex()
        for secret in secrets
        if any(form in content.lower() for form in (secret.lower(), secret.hex().encode()))
    }


def use(
    home: Path, sample: Path, address: str, enrolment: str, cli: Cli, key: bytes | None
) -> tuple[str, dict[str, str]]:
    """Do what is done on a day, and crash; return the token and the words in saved records."""
    assert cli("import", sample).code == 0
    assert cli("enrol", address, enrolment).code == 0
    with closing(Store.open(home, key=key)) as store:
        for kind in kinds().values():
            texts = dict.fromkeys(kind.fields(), CANARY)
            store.drafts.keep(Draft(kind.kind(), "Asha", texts=texts))
        planted = plant(store, sample, CANARY)
        store.notes.write("entry.json", json.dumps({"village": CANARY}))
        store.notes.write("rolls/today.txt", CANARY)
        store.back_up_daily()
        token = store.access.token()
    cli("import", "beneficiary", "-", piped=MESSY.encode())
    cli("import", "beneficiary", "-", "--dry-run", piped=MESSY.encode())
    cli("sync")
    cli("backup", home / "backups" / "by hand.sqlite3")
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH, CANARY], check=False, capture_output=True, timeout=120
    )
    assert crashed.returncode == 9, crashed.stderr
    assert (home / "fieldkit.sqlite3-wal").stat().st_size
    assert token
    return token, planted


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert run(["sample", "--people", "25", "--seed", "7", "--out", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_byte_search_of_the_whole_home_finds_nothing(
    sample: Path,
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    encrypted: bool,
) -> None:
    home = tmp_path / "home"
    (tmp_path / "person" / "Documents").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("FIELDKIT_HOME", str(home))
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)
    database = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    assert cli("init", "--name", "Asha", "--district", "2", "--block", "16").code == 0
    key = None
    if encrypted:
        monkeypatch.setenv("FIELDKIT_PASSPHRASE", WORDS)
        assert cli("protect").code == 0
        keys = KeyFile.read(home)
        assert keys
        key = keys.unlock("Asha", WORDS, 0)
    with local_server(database) as address:
        token, planted = use(home, sample, address, code(database, "operator", 2, 16), cli, key)
    looked_for = canaries(sample) | {CANARY.casefold(), CANARY.upper()}  # of every planted word
    found = readable(home, looked_for, [token.encode(), *([key] if key else [])])
    if encrypted:
        assert found == set()
    else:  # the search finds what is there
        assert token.encode().hex() in found
        assert {CANARY, CANARY.casefold()} <= found, "as typed, and as the search keeps it"
        for one in (home / DATABASE, *(home / "backups").glob("*.sqlite3")):
            content = b"".join(path.read_bytes() for path in one.parent.glob(f"{one.name}*"))
            counts = Counter(re.findall(rb"(?i:%b) ?\w{4}" % CANARY.encode(), content))
            # Each word twice, in the row and in its change; the server refuses some, as of
            # `sent_back`, whose row then does without.
            least = {name: 1 if name.endswith(".sent_back") else 2 for name in planted}
            assert [name for name in least if counts[planted[name].encode()] < least[name]] == []
    shutil.rmtree(home)
