"""Two records merged into one person, while others go on with them (rules 27 to 29)."""

from __future__ import annotations

import pytest
from tests.sync.conftest import Enrolled, done

from fieldkit.protocol.alias import MERGED
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Keep, OpenConflict, Store
from fieldkit.store.log.states import State

KIND = "beneficiary"


def put(store: Store, name: str, **fields: Value) -> str:
    edit = Edit(Beneficiary, {"name": name, "trade_code": "CARP", **fields})
    return store.save([edit], "Asha")[0].id


def village(store: Store, number: str, name: str) -> None:
    store.save([Edit(Beneficiary, {"village": name}, number)], "Javid")


def open_matter(store: Store, number: str) -> OpenConflict:
    (one,) = store.review.conflicts(number)
    return one


def shown(store: Store, number: str) -> tuple[Value, Value]:
    record = store.get(KIND, number)
    assert record is not None
    return record.value(MERGED), record.value("village")


@pytest.mark.parametrize("merged_first", [True, False])
def test_an_edit_and_a_merge_that_had_not_seen_each_other_end_alike(
    laptop: Enrolled, merged_first: bool
) -> None:
    asha, javid, reyaz = laptop("Asha"), laptop("Javid"), laptop("Reyaz", "operator")
    all_three = (asha, javid, reyaz)
    kept, other = put(asha, "Gulam Bhat"), put(javid, "Ghulam Bhat", village="Arath")
    done(*all_three, *all_three)
    reyaz.merges.merge(KIND, kept, other, "Reyaz", use=["village"])
    village(javid, other, "Nagam")
    done(*((reyaz, javid) if merged_first else (javid, reyaz)), *all_three)
    device = javid.device
    assert device is not None
    for store in all_three:
        one = open_matter(store, other)
        assert (one.field, one.origin, one.seqs) == (MERGED, device.origin, [2])
        assert (one.stands, one.held, one.by, one.stands_by) == (kept, None, "Javid", "Reyaz")
        assert one.at > 0
        assert shown(store, other) == (kept, "Nagam")
        assert shown(store, kept) == (None, "Arath")
        assert store.merges.stands_for(KIND, [other]) == {other: kept}
        assert store.states([other]) == {other: State.CONFLICT}
    if merged_first:
        reyaz.review.resolve(open_matter(reyaz, other), Keep.MINE, "Reyaz")  # that which stands
    else:
        assert reyaz.merges.unmerge(KIND, other, "Reyaz")  # settles it as well
    assert not reyaz.review.conflicts(other)
    done(reyaz, *all_three)
    for store in all_three:
        assert store.review.conflicts(other) == []
        assert shown(store, other) == (kept if merged_first else None, "Nagam")
    village(javid, other, "Wathoora")  # knows what was decided
    done(*all_three)
    assert asha.review.conflicts(other) == []


def test_what_a_registrar_merges_comes_back_and_stays_on_the_laptop(laptop: Enrolled) -> None:
    javid, reyaz = laptop("Javid"), laptop("Reyaz", "operator")
    kept, other = put(javid, "Gulam Bhat"), put(javid, "Ghulam Bhat")
    done(javid, reyaz)
    javid.merges.merge(KIND, kept, other, "Javid")
    done(javid, reyaz)
    (back,) = javid.outbox.returned()
    assert back.reason is not None
    assert (back.reason.rule, back.reason.field) == ("role.merge", MERGED)
    assert (shown(javid, other)[0], shown(reyaz, other)[0]) == (kept, None)
