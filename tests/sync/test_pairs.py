"""Pairs across blocks: a district's supervisor has each once, and what ends it ends it for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.forked import local_server

from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.review.denied import denied_merge
from fieldkit.review.inbox import DUPLICATE, FINDING, counts, items
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol, sync

KIND = "beneficiary"
HERE, NEXT = 16, 17
Laptop = Callable[..., Store]


@pytest.fixture
def laptop(tmp_path: Path, migrated_url: str) -> Iterator[Laptop]:
    """Enrol laptops of district 2 with a server on PostgreSQL, by name."""
    made: list[Store] = []
    with local_server(migrated_url, tmp_path / "log") as url:

        def make(name: str, role: str, block: int | None) -> Store:
            store = Store.open(tmp_path / name)
            made.append(store)
            store.init(name, 2, block)
            enrol(store, url, code(migrated_url, role, 2, block))
            return store

        yield make
        for store in made:
            store.close()


def put(store: Store, name: str) -> str:
    fields: dict[str, Value] = {"name": name, "trade_code": "CARP", "mobile": "9419012345"}
    return store.save([Edit(Beneficiary, {**fields, "village": "Arath"})], "Asha")[0].id


def done(*stores: Store) -> None:
    for store in stores:
        outcome = sync(store)
        assert outcome.ok, outcome.session.error


def test_a_pair_across_blocks_waits_once_at_the_supervisor_until_it_is_decided(
    laptop: Laptop,
) -> None:
    asha = laptop("Asha", "registrar", HERE)
    javid = laptop("Javid", "registrar", NEXT)
    reyaz = laptop("Reyaz", "supervisor", None)
    one, other = put(asha, "Gulam Mohd Bhat"), put(javid, "Ghulam Mohammad Bhat")

    def everywhere() -> list[dict[str, int]]:
        done(reyaz, asha, javid, reyaz)
        return [
            {section.key: many for section, many in counts(store).items()}
            for store in (reyaz, asha, javid)
        ]

    # A registrar of one block is not told who the other is.
    waits = [{DUPLICATE.key: 1}, {FINDING.key: 1}, {FINDING.key: 1}]
    done(asha, javid)
    assert everywhere() == waits
    (pair,) = items(reyaz, DUPLICATE)
    assert {pair.record_id, *pair.related} == {one, other}
    assert other not in items(asha, FINDING)[0].sentence
    assert denied_merge(asha, KIND)
    assert not denied_merge(reyaz, KIND)
    reyaz.merges.say_different(KIND, one, other, "Reyaz")
    assert counts(reyaz) == {}
    assert everywhere() == [{}, {}, {}]
    reyaz.merges.take_back_different(KIND, one, other, "Reyaz")
    assert everywhere() == waits
    reyaz.merges.merge(KIND, one, other, "Reyaz")
    assert counts(reyaz) == {}
    assert everywhere() == [{}, {}, {}]
    reyaz.merges.unmerge(KIND, other, "Reyaz")
    # Of three, each is found with the one it is most like: what is left comes after a decision.
    third = put(asha, "Ghulam Mohd Butt")
    done(asha)
    assert everywhere()[0] == {DUPLICATE.key: 2}
    first, _ = items(reyaz, DUPLICATE)
    reyaz.merges.say_different(KIND, first.record_id, first.related[0], "Reyaz")
    assert everywhere()[0][DUPLICATE.key]
    assert all(
        {one.record_id, *one.related} != {first.record_id, *first.related}
        for one in items(reyaz, DUPLICATE)
    )
    reyaz.merges.say_different(KIND, one, third, "Reyaz")
    reyaz.merges.take_back_different(KIND, first.record_id, first.related[0], "Reyaz")
    assert everywhere()[0][DUPLICATE.key]
    javid.save([Edit(Beneficiary, {}, other, op=Op.DELETE)], "Javid")
    done(javid)
    assert everywhere() == [{}, {}, {}]
