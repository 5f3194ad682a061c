"""A base that was never given out does not count as having seen anything (rule 35)."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from tests.server.fake_laptop import KIND, Laptop, row_of
from tests.server.test_restored import backup, start

from fieldkit.protocol.change import Op


def verdicts(laptop: Laptop) -> list[str]:
    return [one.verdict for one in laptop.push().verdicts]


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("op", [Op.EDIT, Op.DELETE])
def test_a_base_above_any_version_is_refused(engine: Engine, begun: bool, op: Op) -> None:
    """Its author would seem to have seen whatever others write from now on."""
    author, liar = Laptop(engine), Laptop(engine)
    liar.codes = True
    if begun:
        start(engine)
    record = author.create(name="Noor VO")
    (version,) = author.push().versions
    assert version is not None
    fields = {"name": "Overwritten"} if op is Op.EDIT else {}
    for base in (version + 1, (1 << 53) - 1):
        liar.log(op, record, KIND, dict(fields), base)
        answer = liar.push()
        assert [(one.verdict, one.rule) for one in answer.verdicts] == [("rejected", "base_ahead")]
    row = row_of(engine, KIND, record)
    assert (row["name"], row["deleted"]) == ("Noor VO", False)
    liar.edit(record, base=version, name="Seen")
    assert verdicts(liar) == []


def test_no_edit_with_such_a_base_waits_for_a_record(engine: Engine) -> None:
    """After the next start of the server its base would count as that of lost data."""
    author, liar = Laptop(engine), Laptop(engine)
    start(engine)
    record = author.create(name="Noor VO")
    liar.edit(record, base=(1 << 53) - 1, name="Overwritten")
    assert verdicts(liar) == ["rejected"]


def test_a_base_of_a_lost_era_counts(engine: Engine) -> None:
    author, other = Laptop(engine), Laptop(engine)
    record = author.create(name="Noor VO")
    author.push()
    put_back = backup(engine)
    author.edit(record, base=1, name="Lost VO")
    (lost,) = author.push().versions
    put_back()
    start(engine)
    other.edit(record, base=lost, village="Nagam")
    assert verdicts(other) == []


def test_work_on_a_record_that_had_moved_in_a_lost_era_is_late(engine: Engine) -> None:
    """The restored server has the record where its author never had it in scope."""
    author, other = Laptop(engine, (None, None)), Laptop(engine, (2, 17))
    record = author.create(name="Noor VO", block=16)
    (version,) = author.push().versions
    put_back = backup(engine)
    author.edit(record, base=version, block=17)
    (lost,) = author.push().versions
    put_back()
    start(engine)
    other.edit(record, base=lost, village="Nagam")
    assert verdicts(other) == ["late"]
    # A base that was given out for the record is that of somebody who may not write it.
    other.edit(record, base=version, village="Nagam")
    assert verdicts(other) == ["rejected"]
    other.edit(record, base=None, village="Nagam")
    assert verdicts(other) == ["rejected"]
    assert row_of(engine, KIND, record)["village"] is None
