"""What is checked of the installed program; each check raises where something is wrong."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.processes import Server

from fieldkit.server.operation.local import code
from windows.wine.laptop import Laptop
from windows.wine.prefix import Ran

OLDER = Path(__file__).parents[2] / "tests" / "fixtures" / "v0_1" / "laptop.db.xz"
"""A laptop of an older version."""
DATABASE = "fieldkit.sqlite3"
NAME = "Zooni Begum ज़ूनी"
PEOPLE = f"name,trade_code\r\n{NAME},CARP\r\nGhulam Bhat,CARP\r\n".encode()
_LIBRARIES = """
from sqlcipher3 import dbapi2
import PIL.Image, cryptography.x509, pydantic_core, rapidfuzz.fuzz, uharfbuzz, zstandard
from fieldkit.keys.sealing import *
import nacl.pwhash, nacl.public, nacl.utils
pair = nacl.public.PrivateKey.generate()
sealed = nacl.public.SealedBox(pair.public_key).encrypt(b"x")
assert nacl.public.SealedBox(pair).decrypt(sealed) == b"x"
file = dbapi2.connect(":memory:")
file.execute("PRAGMA cipher_log_level = NONE")
assert file.execute("PRAGMA cipher_version").fetchone()
file.execute("CREATE VIRTUAL TABLE words USING fts5(name)")
print("all load")
"""


def well(ran: Ran, code: int = 0) -> str:
    """Return what a command said, if it ended as expected and never as a program that failed."""
    text = ran.text
    assert ran.code == code, f"ended with {ran.code}, not {code}: {text}"
    assert "Traceback" not in text, text
    assert "error in the program" not in text, text
    return text


def libraries_load(laptop: Laptop) -> None:
    """All compiled libraries load; encryption and full-text search work."""
    assert "all load" in well(laptop.prefix.run(laptop.python, "-c", _LIBRARIES))


def commands_work(laptop: Laptop) -> None:
    """init, status, sample, import, find, export, backup, restore, check."""
    home, out = laptop.home, laptop.files / "out"
    assert "Asha" in well(laptop.run("status", home=home))
    well(laptop.run("sample", "--people", "10", "--out", out / "sample", home=home))
    well(laptop.run("import", out / "sample", home=home))
    many = json.loads(laptop.run("status", "--json", home=home).out)["records"]["beneficiary"]
    assert many > 0
    copy = out / "copy.sqlite3"
    well(laptop.run("backup", copy, home=home))
    well(laptop.run("import", "beneficiary", "-", home=home, given=PEOPLE))
    found = json.loads(laptop.run("find", "Zooni", "--json", home=home).out)
    assert any("Zooni" in one["label"] for one in found), found
    well(laptop.run("restore", copy, home=home))
    after = json.loads(laptop.run("status", "--json", home=home).out)["records"]["beneficiary"]
    assert after == many, f"{after} people after the restore, not {many}"
    assert "in order" in well(laptop.run("check", home=home))


def text_and_lines(laptop: Laptop) -> None:
    """A pipe of code page 1252 gets UTF-8; CRLF is read, and written once, not twice."""
    home, file = laptop.home, laptop.files / "people.csv"
    well(laptop.run("import", "beneficiary", "-", home=home, given=PEOPLE))
    assert NAME in laptop.start("find", "Zooni", home=home).text
    piped = laptop.run("export", "beneficiary", "--format", "csv", home=home).out
    well(laptop.run("export", "beneficiary", "-o", file, home=home))
    assert NAME in piped.decode("utf-8-sig")
    for written in (piped, file.read_bytes()):
        assert b"\r\r\n" not in written
        assert b"\n" not in written.replace(b"\r\n", b"")
    beside = laptop.start(home=file / "घर")
    assert "घर" in well(beside, 2), "without a command"


def homes_of_any_name(laptop: Laptop) -> None:
    """Homes with spaces and Devanagari work; both spellings of a path are one place."""
    home = laptop.new_home("घर का काम (Asha)")
    long = f"\\\\?\\{laptop.prefix.path(home)}"
    for spelling in (long, home):
        said = well(laptop.run("status", home=spelling))
        assert "copied or moved" not in said, said
    well(laptop.run("backup", laptop.files / "नकल एक.sqlite3", home=home))


def long_paths(laptop: Laptop) -> None:
    """A path that is too long works or says so."""
    home = laptop.home
    for length in (200, 300):
        target = laptop.files / ("x" * (length // 2)) / ("y" * (length // 2))
        ran = laptop.run("backup", target, home=home)
        if ran.code:
            assert "too long" in well(ran, 2), ran.text
    deep = laptop.files / ("d" * 120) / ("e" * 120)
    ran = laptop.run("init", "--name", "Asha", "--district", "2", home=deep)
    assert ran.code == 0 or "too long" in well(ran, 2), ran.text


def files_open_elsewhere(laptop: Laptop) -> None:
    """A backup, export and import onto a file open in another program say so and harm nothing."""
    home = laptop.home
    copy, table = laptop.files / "held.sqlite3", laptop.files / "held.csv"
    well(laptop.run("backup", copy, home=home))
    well(laptop.run("export", "beneficiary", "-o", table, home=home))
    before = copy.read_bytes(), table.read_bytes()
    acts: Sequence[tuple[Path, Sequence[str | Path]]] = (
        (copy, ("backup", copy)),
        (table, ("export", "beneficiary", "-o", table)),
        (table, ("import", "beneficiary", table)),
    )
    for file, arguments in acts:
        with laptop.held(file):
            said = well(laptop.run(*arguments, home=home), 2)
        assert "open in another program" in said, said
    assert before == (copy.read_bytes(), table.read_bytes())
    assert not list(laptop.files.glob("held*.part"))


def one_at_a_time(laptop: Laptop) -> None:
    """A second application is refused, and a restore under an open one; commands go on."""
    home, copy = laptop.home, laptop.files / "out" / "copy.sqlite3"
    with laptop.open_application(home):
        assert "already open" in well(laptop.run(home=home), 2)
        assert "Quit it first" in well(laptop.run("restore", copy, home=home), 2)
        well(laptop.run("import", "beneficiary", "-", home=home, given=PEOPLE))


def sync_with_a_server(laptop: Laptop) -> None:
    """A laptop enrols with a server on Linux, syncs, and both hold the same."""
    home, file = laptop.home, laptop.files / "server.sqlite3"
    with Server(f"sqlite:///{file}") as server:
        well(laptop.run("enrol", server.url, code(file), home=home))
        done = json.loads(well(laptop.run("sync", "--json", home=home)))
        assert done["verdicts"]["applied"] >= 2, done
        assert json.loads(well(laptop.run("receipt", "--json", home=home)))["match"]
    assert laptop.run("sync", home=home).code == 3, "offline it ends with 3"


def updates(laptop: Laptop) -> None:
    """A home of an older version is copied, then updated; it can go back while nothing is new."""
    home = laptop.files / "older"
    home.mkdir(exist_ok=True)
    (home / DATABASE).write_bytes(lzma.decompress(OLDER.read_bytes()))
    well(laptop.run("status", home=home))
    assert len(list((home / "backups").glob("before-*"))) == 1
    well(laptop.run("import", "beneficiary", "-", home=home, given=PEOPLE))
    assert "not sent" in well(laptop.run("go-back", home=home), 2)
    (home / DATABASE).unlink()
    shutil.copy(next((home / "backups").glob("before-*")), home / DATABASE)
    well(laptop.run("status", home=home))
    assert "as it was before the update" in well(laptop.run("go-back", home=home))


def installed_over(laptop: Laptop) -> None:
    """The installer refuses while fieldkit is open; else it replaces the program, not the data."""
    laptop.close()
    well(laptop.start("init", "--name", "Asha", "--district", "2"))
    before = (laptop.usual_home / DATABASE).read_bytes()
    (laptop.folder / "app" / "left by an older version.txt").write_text("", "utf-8")
    with laptop.open_application(laptop.usual_home):
        assert laptop.install().code == 2, "it was installed over a running program"
        well(laptop.start("status"))
    well(laptop.install())
    assert not list((laptop.folder / "app").glob("left by*")), "old files stayed"
    assert not (laptop.folder / "app.old").exists()
    assert (laptop.usual_home / DATABASE).read_bytes() == before
    well(laptop.start("status"))


def uninstalled(laptop: Laptop) -> None:
    """The uninstaller removes the program and leaves the data."""
    well(laptop.uninstall())
    assert not (laptop.folder / "app").exists()
    assert not list(laptop.prefix.drive.glob("users/*/AppData/**/fieldkit.lnk"))
    assert (laptop.usual_home / DATABASE).exists(), "the data is gone"


CHECKS: Sequence[Callable[[Laptop], None]] = (
    libraries_load,
    commands_work,
    text_and_lines,
    homes_of_any_name,
    long_paths,
    files_open_elsewhere,
    one_at_a_time,
    sync_with_a_server,
    updates,
)
"""In order; those of the test suite and of the installer follow."""
