"""Killed at random moments: what was said to be saved is there, and nothing is in part.

What a power cut does beside that rests on ``synchronous=FULL``, which test_connections asserts.
"""

import json
import random
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.store.conftest import audit

from fieldkit.protocol.change import Op
from fieldkit.store import Store

SAVER = Path(__file__).with_name("saver.py")


@dataclass
class Said:
    """What the killed program had been told is safe."""

    ops: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By seq: the record and what was done to it."""
    names: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    """By record: the last seq and the name it gave; None where it was deleted."""
    drafts: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def hear(self, line: str) -> None:
        said = json.loads(line)
        if "saved" in said:
            for record_id, seq, op in said["saved"]:
                self.ops[seq] = (record_id, op)
                if said["what"] in {"single", "change"}:
                    self.names[record_id] = (seq, said["name"])
        elif said["what"] == "draft":
            self.drafts[said["draft"]] = said["text"]
        elif said["what"] == "gone":
            self.gone.add(said["draft"])


def kill_in_the_middle(home: Path, seed: int) -> Said:
    """Let a program save and kill it after a random stretch of lines and of time."""
    chance = random.Random(seed)
    said = Said()
    child = subprocess.Popen(
        [sys.executable, str(SAVER), str(home), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["what"] == "ready"
    for _ in range(chance.randrange(40)):
        said.hear(child.stdout.readline())
    knife = threading.Timer(chance.random() * 0.02, child.kill)
    knife.start()
    for line in child.stdout:
        if line.endswith("}\n"):
            said.hear(line)
    child.wait()
    knife.join()
    child.stdout.close()
    return said


def survey(home: Path, said: Said) -> None:
    """Hold the file against what was said."""
    assert audit(home) == []
    store = Store.open(home)
    assert store.check() == []
    device = store.device
    assert device is not None
    log = {one.change.seq: one.change for one in store.outbox.batch(device.origin, 10**6)}
    assert sorted(log) == list(range(1, len(log) + 1))
    for seq, (record_id, op) in said.ops.items():
        assert (log[seq].record_id, str(log[seq].op)) == (record_id, op)
    last = {change.record_id: change.seq for change in log.values()}
    for record_id, (seq, name) in said.names.items():
        record = store.record(record_id)
        assert record is not None
        if last[record_id] == seq:
            assert (None if record.deleted else record.value("name")) == name
    drafts = {draft.id: draft.texts["name"] for draft in store.drafts.of()}
    for number, text in said.drafts.items():
        assert drafts[number].startswith(text)
    assert not drafts.keys() & said.gone
    for number, change in log.items():
        if change.op is Op.CREATE and change.kind == "member":
            assert any(
                other.record_id == change.fields["self_help_group_id"] and other.seq < number
                for other in log.values()
                if other.kind == "self_help_group"
            )
    store.close()


def torture(home: Path, times: int, seed: int) -> None:
    said = Said()
    for number in range(times):
        heard = kill_in_the_middle(home, seed + number)
        for name in ("ops", "names", "drafts"):
            getattr(said, name).update(getattr(heard, name))
        said.gone |= heard.gone
        survey(home, said)
    assert said.ops


def test_a_kill_loses_nothing_that_was_said_to_be_saved(home: Path) -> None:
    torture(home, times=6, seed=20_261_117)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_a_hundred_kills_lose_nothing(home: Path, seed: int) -> None:
    torture(home, times=10, seed=seed)
