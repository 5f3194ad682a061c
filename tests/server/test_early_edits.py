"""A change of a record that is not there waits for its creation (rule 43)."""

from __future__ import annotations

import pytest
from tests.server.conftest import Api
from tests.server.fake_laptop import KIND, row_of
from tests.server.http_laptop import DAY, HttpLaptop
from tests.server.test_ended_scopes import verdicts

from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.sync import Unsettled
from fieldkit.server.ingest import unsettled


@pytest.fixture
def liar(api: Api) -> HttpLaptop:
    return HttpLaptop(api, 2, 16, operator="Mallory")


@pytest.fixture
def honest(api: Api) -> HttpLaptop:
    return HttpLaptop(api, 2, 16, operator="Zooni")


def test_an_edit_makes_no_record(api: Api, liar: HttpLaptop, honest: HttpLaptop) -> None:
    made_up = f"{new_origin()}-1"
    liar.edit(made_up, name="Made up VO")
    liar.delete(made_up)
    liar.push()
    assert row_of(api.engine, KIND, made_up) == {}
    honest.pull_all()
    assert honest.rows == {}


def test_a_creation_is_not_held_by_an_edit_in_advance(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    liar.edit(f"{honest.origin}-1", name="Mine", remarks="mine")
    liar.push()
    record = honest.create(name="Noor VO", village="Nagam", block=16)
    assert verdicts(honest.push()) == ["applied"]
    honest.pull_all()
    values = honest.values(record)
    assert (values["name"], values["village"], values["block"]) == ("Noor VO", "Nagam", 16)
    assert "remarks" not in values


def settled(laptop: HttpLaptop, seq: int, heard: str = "waiting") -> tuple[str, int | None] | None:
    """Ask what became of a change; return its verdict and version, None if nothing new."""
    laptop.unsettled = Unsettled.model_validate({heard: [seq]})
    answer = laptop.ask(laptop.quiet())
    laptop.unsettled = Unsettled()
    found = [(one.verdict, one.version) for one in answer.settled]
    assert len(found) < 2
    return found[0] if found else None


def test_a_waiting_edit_is_merged_when_the_creation_comes(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    """As after a restore of the server from a backup: the editor syncs first."""
    record = honest.create(name="Noor VO", block=16)
    liar.edit(record, base=1, village="Nagam")
    liar.edit(record, base=1, name="Noor of Nagam")
    assert verdicts(liar.push()) == ["waiting", "waiting"]
    assert settled(liar, 1) is None
    assert verdicts(liar.ask(liar.request(1))) == ["waiting", "waiting"]
    (version,) = honest.push().versions
    assert version is not None
    assert settled(liar, 1) == ("applied", version + 1)
    assert settled(liar, 2) == ("conflict", version + 1)
    assert verdicts(liar.ask(liar.request(1))) == ["applied", "conflict"]
    honest.pull_all()
    assert honest.values(record)["village"] == "Nagam"
    (conflict,) = honest.rows[record].conflicts
    assert (conflict.held, conflict.by, conflict.stands_by) == ("Noor of Nagam", "Mallory", "Zooni")


def test_an_edit_that_saw_no_version_is_held(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    """Nobody can have seen a record of another's log that the server never had."""
    record = honest.create(name="Noor VO", block=16)
    liar.edit(record, base=None, village="Mine")
    liar.edit(record, base=2**50, remarks="Mine")
    assert verdicts(liar.push()) == ["waiting", "rejected"]
    assert verdicts(honest.push()) == ["applied"]
    honest.pull_all()
    assert honest.values(record).keys() & {"village", "remarks"} == set()
    assert {one.field for one in honest.rows[record].conflicts} == {"village"}


def test_waiting_edits_are_merged_in_order_of_arrival(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    record, second = honest.create(name="Noor VO", block=16), HttpLaptop(api, 2, 16)
    for laptop, village in ((liar, "Nagam"), (second, "Wathora")):
        laptop.edit(record, base=1, village=village)
        laptop.push()
    honest.edit(record, remarks="came")
    assert verdicts(honest.push()) == ["applied", "applied"]
    assert settled(liar, 1) is not None
    assert row_of(api.engine, KIND, record)["village"] == "Nagam"
    assert [one.held for one in pulled(honest).rows[record].conflicts] == ["Wathora"]


def pulled(laptop: HttpLaptop) -> HttpLaptop:
    laptop.pull_all()
    return laptop


def test_what_waits_is_checked_when_it_is_merged(api: Api, honest: HttpLaptop) -> None:
    record, stranger = honest.create(name="Noor VO", block=16), HttpLaptop(api, 3, None)
    stranger.edit(record, base=None, village="Nagam")
    # By its base it may have had the record in its area, before the server lost data (rule 35).
    neighbour = HttpLaptop(api, 3, None)
    neighbour.edit(record, base=1, village="Nagam")
    former = HttpLaptop(api, 2, 16)
    former.edit(record, base=1, remarks="mine")
    for laptop in (stranger, neighbour, former):
        assert verdicts(laptop.push()) == ["waiting"]
    former.gets(2, 17)
    api.now += 31 * DAY
    honest.push()
    assert settled(stranger, 1) == ("rejected", None)
    assert settled(neighbour, 1) == ("late", None)
    assert settled(former, 1) == ("late", None)


def test_edits_of_an_own_entry_that_was_rejected_do_not_wait(api: Api, liar: HttpLaptop) -> None:
    record = liar.create(name="Noor VO", district=3)
    liar.edit(record, village="Nagam")
    assert verdicts(liar.push()) == ["rejected", "rejected"]
    liar.edit(record, village="Wathora")
    liar.edit(f"{liar.origin}-77", village="never entered")
    assert verdicts(liar.push()) == ["rejected", "rejected"]


def test_an_older_laptop_hears_that_the_change_is_rejected(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    record = honest.create(name="Noor VO", block=16)
    liar.unsettled = None
    liar.edit(record, base=1, village="Nagam")
    (verdict,) = liar.push().verdicts
    assert (verdict.verdict, verdict.rule) == ("rejected", "")
    assert "does not have this record yet" in verdict.reason
    honest.push()
    assert row_of(api.engine, KIND, record)["village"] == "Nagam"


def test_a_device_lets_only_so_many_changes_wait(
    api: Api, liar: HttpLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsettled, "MOST_UNSETTLED", 3)
    for number in range(1, 5):
        liar.edit(f"{new_origin()}-{number}", base=1, village="Nagam")
    assert verdicts(liar.push()) == ["waiting"] * 3 + ["rejected"]
