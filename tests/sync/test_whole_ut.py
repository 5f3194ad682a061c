"""Records of the whole UT (district 0), read by every laptop and written by an administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.records import Finding, sentence
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.review.conflicts import open_conflicts
from fieldkit.screens.form.reading import start
from fieldkit.screens.sync.out_of_area import records_out_of_area
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Keep, Saved, State, Store
from fieldkit.sync.client import Outcome, enrol, sync
from fieldkit.sync.requests.receipt import receipt

KIND = "village_organisation"
Laptop = Callable[..., Store]


@pytest.fixture
def laptop(tmp_path: Path, server: str, folder: Path) -> Iterator[Laptop]:
    """Enrol laptops: ``laptop("Asha", 2, 16)``; without a place, for the whole territory."""
    made: list[Store] = []

    def make(
        name: str, district: int | None = None, block: int | None = None, role: str = "operator"
    ) -> Store:
        store = Store.open(tmp_path / f"laptop-{len(made)}")
        made.append(store)
        store.init(name, district or 2, block)
        enrol(store, server, code(folder / "server.sqlite3", role, district, block))
        return store

    yield make
    for store in made:
        store.close()


def administrator(laptop: Laptop) -> Store:
    return laptop("Officer", role="administrator")


def put(store: Store, name: str, district: int | None = WHOLE_UT) -> str:
    fields: dict[str, str | int | None] = {"name": name}
    fields |= {} if district is None else {"district": district}
    (saved,) = store.save([Edit(VillageOrganisation, fields)], "Asha")
    return saved.id


def change(store: Store, record_id: str, **values: str | int | None) -> None:
    (saved,) = store.save([Edit(VillageOrganisation, values, record_id)], "Asha")
    assert isinstance(saved, Saved)


def done(*stores: Store) -> Outcome:
    for store in stores:
        outcome = sync(store)
        assert outcome.ok, outcome.session.error
        assert outcome.waiting == 0
    return outcome


def place(store: Store, record_id: str) -> tuple[int, int | None] | None:
    record = store.get(KIND, record_id)
    return (record.district, record.block) if record else None


def reasons(store: Store) -> list[Finding | None]:
    return [one.reason for one in store.outbox.returned()]


def test_a_laptop_of_one_block_reads_what_an_administrator_writes(laptop: Laptop) -> None:
    officer, field = administrator(laptop), laptop("Asha", 2, 16)
    record = put(officer, "Union VO of all")
    done(officer, field)
    assert place(field, record) == (WHOLE_UT, None)
    assert [hit.id for hit in field.find("union vo of all", [KIND])] == [record]
    shown = field.get(KIND, record)
    assert shown is not None
    assert shown.fields()["district"].format.show(shown.district) == "Whole UT"
    change(officer, record, remarks="met in Jammu")
    done(officer, field)
    shown = field.get(KIND, record)
    assert shown is not None
    assert shown.remarks == "met in Jammu"
    officer.save([Edit(VillageOrganisation, {}, record, op=Op.DELETE)], "Asha")
    done(officer, field)
    assert not field.find("union vo of all", [KIND])


def test_a_quiet_sync_stays_one_small_request(laptop: Laptop) -> None:
    officer, field = administrator(laptop), laptop("Asha", 2, 16)
    put(officer, "Small VO")
    done(officer, field)
    session = done(field).session
    assert session.requests == 1
    assert session.bytes_up + session.bytes_down <= 1024


@pytest.mark.parametrize(
    ("role", "district", "block"),
    [("operator", 2, 16), ("supervisor", None, None), ("administrator", 2, None)],
)
def test_others_are_told_so_and_lose_nothing(
    laptop: Laptop, role: str, district: int | None, block: int | None
) -> None:
    officer, field = administrator(laptop), laptop("Asha", district, block, role)
    known = put(officer, "Known VO")
    done(officer, field)
    mine = put(field, "Mine VO")
    own = put(field, "Own VO", None)
    done(field)
    change(field, own, district=WHOLE_UT)
    change(field, known, remarks="mine")
    outcome = done(field)
    assert (outcome.rejected, outcome.returned) == (2, 3)
    assert {one.rule for one in reasons(field) if one} == {"whole_ut"}
    assert all("administrator of the whole UT" in sentence(one) for one in reasons(field) if one)
    done(officer)
    assert place(officer, mine) is None
    assert (kept := officer.get(KIND, known)) is not None
    assert kept.remarks is None
    # What was typed stands at its author, and is given up or mended there.
    assert place(field, mine) == place(field, own) == (WHOLE_UT, None)
    assert (typed := field.get(KIND, known)) is not None
    assert typed.remarks == "mine"
    assert [one.id for one in records_out_of_area(field)] == [mine]
    device = field.device
    assert device is not None
    for record in (mine, own):
        change(field, record, district=device.district, block=device.block)
    (left,) = [one for one in field.outbox.returned() if one.change.record_id == known]
    field.withdraw(left.origin, left.change.seq)
    assert (outcome := done(field)).rejected == 0
    assert outcome.returned == 0
    done(officer)
    assert place(officer, mine) == place(officer, own) == (device.district, device.block)


def test_the_form_says_so_beforehand(laptop: Laptop) -> None:
    officer, field = administrator(laptop), laptop("Asha", 2, 16)
    record, own = put(officer, "Form VO"), put(field, "Own VO", None)
    done(officer, field)
    said = start(field, VillageOrganisation, record, "Asha").denied[""]
    assert "only an administrator of the whole UT may write it" in said
    assert start(field, VillageOrganisation, own, "Asha").denied == {}
    assert start(officer, VillageOrganisation, record, "Asha").denied == {}


def test_a_record_moves_to_the_whole_ut_and_back(laptop: Laptop) -> None:
    officer, near, far = administrator(laptop), laptop("Asha", 2, 16), laptop("Reyaz", 3, 22)
    record = put(near, "Moving VO", None)
    done(near, officer, far)
    assert place(far, record) is None
    change(officer, record, district=WHOLE_UT)
    done(officer, near, far)
    assert place(near, record) == place(far, record) == (WHOLE_UT, None)
    change(officer, record, district=3, block=22)
    done(officer, near, far)
    assert place(near, record) is None
    assert place(far, record) == (3, 22)


def test_work_on_a_record_before_it_became_the_uts_counts(laptop: Laptop) -> None:
    officer, field = administrator(laptop), laptop("Asha", 2, 16)
    record = put(field, "Known before VO", None)
    done(field, officer)
    change(field, record, remarks="typed before")
    change(officer, record, district=WHOLE_UT)
    done(officer)
    assert done(field).rejected == 0
    done(officer)
    assert (kept := officer.get(KIND, record)) is not None
    assert (kept.remarks, kept.district) == ("typed before", WHOLE_UT)
    change(field, record, remarks="typed after")
    assert done(field).rejected == 1


def test_they_stay_when_a_laptop_gets_another_area(
    laptop: Laptop, server: str, folder: Path
) -> None:
    officer, field = administrator(laptop), laptop("Asha", 2, 16)
    record, own = put(officer, "Staying VO"), put(field, "Leaving VO", None)
    done(officer, field)
    enrol(field, server, code(folder / "server.sqlite3", "operator", 3, 22))
    done(field)
    assert place(field, own) is None
    assert place(field, record) == (WHOLE_UT, None)
    assert (device := field.device) is not None
    assert (device.district, device.block) == (3, 22)
    change(officer, record, remarks="still read")
    done(officer, field)
    assert (kept := field.get(KIND, record)) is not None
    assert kept.remarks == "still read"


def test_conflicts_and_receipts_are_those_of_any_record(laptop: Laptop) -> None:
    officer, other, field = administrator(laptop), administrator(laptop), laptop("Asha", 2, 16)
    record = put(officer, "Contested VO")
    done(officer, other, field)
    change(officer, record, remarks="one")
    change(other, record, remarks="two")
    done(officer, other, field)
    (seen,) = [one for one in field.review.conflicts() if one.record_id == record]
    assert (seen.stands, seen.held) == ("one", "two")
    for store, note in ((field, "only an administrator of the whole UT"), (other, "")):
        (words,) = open_conflicts(store, record)
        assert (note in words.denied) if note else not words.denied
    (found,) = [one for one in other.review.conflicts() if one.record_id == record]
    other.review.resolve(found.id, Keep.MINE, "Reyaz")
    done(other, officer, field)
    stores: Sequence[Store] = (officer, other, field)
    for store in stores:
        assert (kept := store.get(KIND, record)) is not None
        assert kept.remarks == "two"
        assert [one for one in store.review.conflicts() if one.record_id == record] == []
        assert store.outbox.counts()[State.QUEUED] == 0
        assert receipt(store).same


def test_a_contested_move_is_named_in_words(laptop: Laptop) -> None:
    officer, other = administrator(laptop), administrator(laptop)
    record = put(officer, "Two places VO", 3)
    done(officer, other)
    change(officer, record, district=WHOLE_UT)
    change(other, record, district=8, block=None)
    done(officer, other)
    shown = [one for one in open_conflicts(other) if one.conflict.record_id == record]
    assert "Whole UT" in str(shown)
