"""The keystroke ledger drives the application: records are saved as wanted, in few keys."""

from __future__ import annotations

import pytest
from benchmarks.keystrokes.baseline import baselines
from benchmarks.keystrokes.ledger import TASKS, count, wrong

_FEW = 3


@pytest.mark.parametrize("name", ["needed", "repeat"])
async def test_a_task_saves_what_is_wanted_in_fewer_keys_than_a_plain_form(name: str) -> None:
    task = TASKS[name]
    few = task.wanted()[:_FEW]
    counted = await count(task._replace(wanted=lambda: few))
    assert wrong(few, counted.saved) == []
    assert counted.keys < sum(baselines()[name][:_FEW]) * 0.8
