"""What is kept beside the log: the entries of the day, the records each operator saved last."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.store.conftest import DAY, Turned, edit, save

from fieldkit.protocol.change import Op
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store
from fieldkit.store.log.tallies import RECENT


def _vo(store: Store, name: str, operator: str = "Asha") -> str:
    return store.save([Edit(VillageOrganisation, {"name": name})], operator)[0].id


def _ids(store: Store, many: int = 3, *of: str) -> list[str]:
    return [record.id for record in store.last_saved(many, *of)]


def test_the_last_saved_of_an_operator_are_found_behind_any_number_of_others(store: Store) -> None:
    own = _vo(store, "Own", "Reyaz")
    store.load([Edit(VillageOrganisation, {"name": f"VO {n}"}) for n in range(1200)], "Asha")
    assert _ids(store, 3, "Reyaz") == [own]
    assert [record.value("name") for record in store.last_saved(2)] == ["VO 1199", "VO 1198"]


def test_saving_a_record_again_puts_it_first_and_deleting_it_takes_it_off(store: Store) -> None:
    one, two = save(store, name="One"), save(store, name="Two")
    edit(store, one, village="Nagam")
    assert _ids(store, 3, "Asha", "beneficiary") == [one, two]
    store.save([Edit(Beneficiary, {}, one, op=Op.DELETE)], "Asha")
    assert _ids(store, 3, "Asha", "beneficiary") == [two]


def test_no_more_are_kept_than_anything_asks_for(store: Store, home: Path) -> None:
    last = [_vo(store, f"VO {n}") for n in range(RECENT + 5)]
    assert _ids(store, 100) == last[: -RECENT - 1 : -1]
    with closing(sqlite3.connect(home / DATABASE)) as file:
        assert file.execute("SELECT count(*) FROM recent").fetchone() == (RECENT,)


def test_entries_are_counted_for_the_day_they_were_made_on(store: Store, clock: Turned) -> None:
    one = save(store, name="One")
    edit(store, one, village="Nagam")
    _vo(store, "Noor")
    assert store.today() == {"beneficiary": 1, "village_organisation": 1}
    clock.now += DAY
    assert store.today() == {}
    _vo(store, "Another")
    assert store.today() == {"village_organisation": 1}


def test_a_home_from_before_the_tallies_has_them_after_its_first_start(home: Path) -> None:
    clock = Turned()
    store = Store.open(home, clock=clock)
    first, second = save(store, name="One"), save(store, name="Two")
    edit(store, first, village="Nagam")
    before = store.today(), _ids(store, 3, "Asha"), _ids(store)
    store.close()
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.executescript(
            "DROP TABLE entered; DROP TABLE recent; DROP TABLE received; DROP TABLE kept_answer;"
            "DROP TABLE bundle; DROP TABLE device_keys; DROP TABLE ended;"
            "ALTER TABLE change DROP COLUMN settled; ALTER TABLE device DROP COLUMN era;"
            "ALTER TABLE device DROP COLUMN batches; ALTER TABLE device DROP COLUMN restarted;"
            "ALTER TABLE origin DROP COLUMN by_server;"
            "ALTER TABLE origin DROP COLUMN asked_again;"
            "UPDATE alembic_version SET version_num = '0003'"
        )
    store = Store.open(home, clock=clock)
    assert (store.today(), _ids(store, 3, "Asha"), _ids(store)) == before
    assert before == ({"beneficiary": 2}, [first, second], [first, second])
    store.close()
