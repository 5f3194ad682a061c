"""Look-alikes over a whole roster: a slice of the labelled evaluation, and what is returned."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.matching.evaluate import Outcome, run, score
from benchmarks.matching.people import DISTRICT, roster, trials
from benchmarks.matching.speed import false_questions
from tests.store.conftest import artisan

from fieldkit.matching import Reason
from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.store import Edit, Saved, Store


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a roster of five hundred."""
    home = tmp_path_factory.mktemp("labelled")
    listed, _ = roster(500)
    store = Store.open(home)
    store.init("Asha", DISTRICT, 16)
    edits = []
    for one in listed:
        values: dict[str, Value] = {**one.values()}
        edits.append(Edit(Beneficiary, values))
    assert all(isinstance(one, Saved) for one in store.load(edits, "Asha"))
    store.close()
    return home


@pytest.fixture(scope="module")
def outcomes(labelled: Path) -> list[Outcome]:
    return run(labelled, trials("unseen", 150, *roster(500), again=0.4))


def test_ordinary_registrations_raise_few_false_questions(labelled: Path) -> None:
    assert false_questions(labelled, 250).kept  # of 1,000 at 100,000 people: the benchmark


def test_people_typed_again_are_recognised_and_strangers_are_not(outcomes: list[Outcome]) -> None:
    figures = score(outcomes)
    assert (figures.again, figures.strangers) == (60, 90)
    assert figures.recall >= 0.95, str(figures)
    assert figures.precision >= 0.9, str(figures)
    assert figures.candidates == figures.again


def test_the_likeliest_stand_first_and_at_most_twenty(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        scores = [match.score for _, match in one.found]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= 20
        assert all(match.strong == (match.score >= 0.5) for _, match in one.found)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path)
    store.init("Asha", 2, 16)
    return store


def test_a_record_not_saved_yet_is_compared_with_all_and_a_saved_one_not_with_itself(
    store: Store,
) -> None:
    known = artisan(relation_name="Abdul Ahad", mobile="9419011432", aadhaar_last4="0143")
    (saved,) = store.save([Edit(Beneficiary, known)], "Asha")
    for name in ("Ghulam Hassan Bhat", "Zooni"):  # a brother, and his wife: nothing like it
        store.save([Edit(Beneficiary, artisan(name=name, mobile="9419011432"))], "Asha")
    typed = Beneficiary.of({**known, "name": "Gh Mohd Bhat", "relation_name": "Ab Ahad"})
    (first, second) = store.look_alikes(typed)
    assert (first[0].id, first[1].strong, second[1].strong) == (saved.id, True, False)
    assert first[1].reasons[:2] == (Reason.SAME_LAST_FOUR, Reason.SAME_MOBILE)
    assert second[1].reasons == (Reason.SAME_MOBILE,)
    assert [one.id for one, _ in store.look_alikes(typed, most=1)] == [saved.id]
    its = store.get("beneficiary", saved.id)
    assert its
    assert saved.id not in [one.id for one, _ in store.look_alikes(its)]
    store.save([Edit(Beneficiary, {}, id=saved.id, op=Op.DELETE)], "Asha")
    assert saved.id not in [one.id for one, _ in store.look_alikes(typed)]
    assert store.look_alikes(Toolkit.of({"barcode": "1"})) == []
    assert store.look_alikes(Beneficiary.of({})) == []
    store.close()


@pytest.mark.parametrize(
    "name", ['"', "' OR 1", "NEAR(a b)", "علی محمد", "a* OR b", "-", ":", "()"]
)
def test_any_text_is_looked_for_as_it_is(store: Store, name: str) -> None:
    typed = artisan(name=name, relation_name=name, village=name, mobile="9419011432")
    (saved,) = store.save([Edit(Beneficiary, typed)], "Asha")
    found = [one.id for one, match in store.look_alikes(Beneficiary.of(typed)) if match]
    assert isinstance(saved.id, str)
    assert found in ([saved.id], [])
    store.close()


def test_one_told_apart_is_not_proposed_for_a_record_merged_into_it(store: Store) -> None:
    person = {"name": "Zooni Dar", "mobile": "9419011439", "trade_code": "TAIL"}
    kept, merged, apart = (
        store.save([Edit(Beneficiary, {**person})], "Asha")[0].id for _ in range(3)
    )
    store.merges.merge("beneficiary", kept, merged, "Asha")
    store.merges.say_different("beneficiary", apart, kept, "Asha")
    record = store.get("beneficiary", apart)
    assert record is not None
    assert kept not in [one.id for one, _ in store.look_alikes(record)]
