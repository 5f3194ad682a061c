"""Forms that ask for the area of a record, which may be the whole UT."""

from __future__ import annotations

import pytest

from fieldkit.protocol.scope import Role, Scope
from fieldkit.records.targets.target import Target
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import changes
from fieldkit.store import Edit, Refused, Store

BUDGAM, CHADOORA, BARAMULLA = 2, 16, 3
TARGET = {"metric": "pmv_applied", "target_kind": "TARGET", "low": 5.0}


def form(role: Role = "administrator", district: int | None = None) -> FormModel:
    model = FormModel(Target, place={"district": BUDGAM, "block": CHADOORA})
    model.scope = Scope(role=role, district=district)
    return model


def choose(model: FormModel, name: str, text: str) -> None:
    model.go(name)
    for letter in text:
        model.press(letter, letter)
    model.press("enter")


def area(model: FormModel) -> dict[str, object]:
    return {name: value for name, value in changes(model).items() if name in {"district", "block"}}


def test_the_area_is_the_laptops_own_until_another_is_chosen() -> None:
    model = form()
    assert (model.values["district"], model.values["block"]) == (BUDGAM, CHADOORA)
    assert model.at not in {"district", "block"}
    assert area(model) == {}


@pytest.mark.parametrize(("typed", "code"), [("whole", 0), ("ut", 0), ("baramulla", BARAMULLA)])
def test_another_district_empties_the_block_that_nobody_typed(typed: str, code: int) -> None:
    model = form()
    choose(model, "district", typed)
    assert area(model) == {"district": code, "block": None}


def test_a_block_that_was_typed_stays_and_is_to_be_corrected(store: Store) -> None:
    model = form()
    choose(model, "district", "whole")
    choose(model, "block", "chadoora")
    assert area(model) == {"district": 0, "block": CHADOORA}
    assert "This block is in Budgam" in model.fields["block"].wrong
    with pytest.raises(Refused) as refused:
        store.save([Edit(Target, {**TARGET, **changes(model)})], "Asha")
    assert "This block is in Budgam" in str(refused.value)


def test_a_form_says_what_the_server_will_not_take() -> None:
    model = form("supervisor")
    choose(model, "district", "whole")
    assert "only an administrator of the whole UT" in model.fields["district"].wrong
    assert model.fields["district"].to_check
    model = form("supervisor", BUDGAM)
    choose(model, "district", "baramulla")
    assert "outside the area of this laptop" in model.fields["district"].wrong
    for role, district in (("administrator", "whole"), ("supervisor", "baramulla")):
        model = form(role)
        choose(model, "district", district)
        assert model.fields["district"].wrong == ""


def test_a_record_of_the_whole_ut_has_no_block_of_this_laptop(store: Store) -> None:
    (saved,) = store.save([Edit(Target, {**TARGET, "district": 0})], "Asha")
    record = store.get("target", saved.id)
    assert record is not None
    assert (record.district, record.block) == (0, None)
