"""Who may write, as the kinds declare it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.messages.scope import ROLES, Role, Scope, is_at_least
from fieldkit.records import kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.credit.loan import Loan
from fieldkit.records.declaration import permission
from fieldkit.records.declaration.permission import (
    Author,
    Denial,
    check_writers,
    denial,
    denied_in_form,
    writers_of,
)
from fieldkit.records.declaration.writers import OPERATOR, REGISTRAR, SUPERVISOR, VIEWER, Writers
from fieldkit.records.outreach.attendance import Attendance


def change(op: Op, kind: str, **fields: Json) -> Change:
    return Change(1, kind, "7KQ2M9XD-1", op, fields, 1, 1_790_000_000, "Asha")


def asked(role: Role, one: Change, **stands: Json) -> Denial | None:
    return denial(Author(role), one, stands)


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A loan's payment needs a supervisor, and so does a sanction."""
    writers = Writers(
        fields={"disbursed_amount": SUPERVISOR}, values={"state": {"SANCTIONED": SUPERVISOR}}
    )
    monkeypatch.setattr(Loan, "writers", writers)
    permission._highest.cache_clear()
    yield
    permission._highest.cache_clear()


def test_roles_are_ordered() -> None:
    assert [is_at_least(role, OPERATOR) for role in ROLES] == [False, False, True, True, True]


def test_a_kind_that_says_nothing_needs_an_operator() -> None:
    assert writers_of("kind_of_a_newer_version") == Writers()
    for op in (Op.CREATE, Op.EDIT, Op.DELETE):
        for kind in ("loan", "kind_of_a_newer_version"):
            found = asked(REGISTRAR, change(op, kind, purpose="Loom"))
            assert found == Denial(f"role.{op}", "", OPERATOR)
            assert asked(OPERATOR, change(op, kind, purpose="Loom")) is None


@pytest.mark.usefixtures("supervised")
def test_a_field_or_a_state_needs_more_than_its_record() -> None:
    check_writers()
    paid = change(Op.EDIT, "loan", purpose="Loom", disbursed_amount=1)
    assert asked(OPERATOR, paid) == Denial("role.field", "disbursed_amount", SUPERVISOR)
    assert asked(REGISTRAR, paid) == Denial("role.field", "disbursed_amount", SUPERVISOR)
    assert asked(SUPERVISOR, paid) is None
    for op in (Op.CREATE, Op.EDIT, Op.DECIDE):
        sanctioned = change(op, "loan", state="SANCTIONED")
        assert asked(OPERATOR, sanctioned) == Denial("role.field", "state", SUPERVISOR)
    forward = change(Op.EDIT, "loan", state="DISBURSED")
    assert asked(OPERATOR, forward, state="SANCTIONED") is None
    for back in ("SPONSORED", None):
        undone = change(Op.EDIT, "loan", state=back)
        assert asked(OPERATOR, undone, state="SANCTIONED") == Denial(
            "role.field", "state", SUPERVISOR
        )
    unknown = change(Op.EDIT, "loan", state="OF_2031")
    assert asked(OPERATOR, unknown, state="SANCTIONED") is None
    assert asked(REGISTRAR, unknown) == Denial("role.edit", "", OPERATOR)


def test_empty_and_strange_values_are_judged_like_others() -> None:
    strange: list[Json] = [None, 7, True, ["DELIVERED"], {"DELIVERED": 1}, "DELIVERED "]
    for value in strange:
        found = asked(REGISTRAR, change(Op.EDIT, "toolkit", state=value), state="SELECTED")
        assert found == Denial("role.edit", "", OPERATOR)
    assert asked(REGISTRAR, change(Op.EDIT, "toolkit", state="DELIVERED"), state="OF_2031")
    new = change(Op.CREATE, "beneficiary", name="Zoona", status=None)
    assert asked(REGISTRAR, new) is None


def test_a_form_says_beforehand_what_the_server_will_not_take() -> None:
    assert denied_in_form(OPERATOR, Beneficiary, new=True) == {}
    assert denied_in_form(REGISTRAR, Beneficiary, new=True) == {}
    assert denied_in_form(REGISTRAR, Loan, new=True) == {"": Denial("role.create", "", OPERATOR)}
    assert denied_in_form(REGISTRAR, Loan, new=False) == {"": Denial("role.edit", "", OPERATOR)}
    assert denied_in_form(VIEWER, Attendance, new=False) == {"": Denial("role.edit", "", REGISTRAR)}
    hand_over = Toolkit.form_fields().keys() - denied_in_form(REGISTRAR, Toolkit, new=False).keys()
    assert hand_over == {
        *("state", "delivered_on", "received_by", "receiver_name", "condition"),
        *("serial_no", "returned_on", "delivery_remark", "remarks"),
    }


@pytest.mark.parametrize(
    "writers",
    [
        Writers(sections={"Nowhere": OPERATOR}),
        Writers(fields={"nothing": OPERATOR}),
        Writers(values={"purpose": {"LOOM": OPERATOR}}),
        Writers(values={"state": {"OF_2031": OPERATOR}}),
        Writers(create=VIEWER),
    ],
)
def test_a_declaration_of_what_is_not_there_is_refused_at_import(
    monkeypatch: pytest.MonkeyPatch, writers: Writers
) -> None:
    monkeypatch.setattr(Loan, "writers", writers)
    with pytest.raises(ValueError, match="loan"):
        check_writers()


def test_every_sentence_names_who_may() -> None:
    for role in ROLES:
        for kind in kinds():
            for op in Op:
                if found := asked(role, change(op, kind, deleted=True, block=16, merged_into="")):
                    said = found.said(kind, role)
                    assert said.startswith("Only a"), said
                    assert f"enrolled for a{'n' if role[0] in 'ao' else ''} {role}" in said


def test_a_viewer_is_a_registrar_to_older_laptops() -> None:
    viewer = Scope(role="viewer", district=2, block=16, epoch=3)
    sent = viewer.model_dump()
    assert sent == {"role": "registrar", "viewer": True, "district": 2, "block": 16}
    assert Scope.model_validate(sent).role == "viewer"
    for role in ROLES[1:]:
        sent = Scope(role=role, district=2).model_dump(exclude_defaults=True)
        assert sent == {"role": role, "district": 2}
        assert Scope.model_validate(sent | {"viewer": False}).role == role


def test_an_operator_does_not_settle_a_reason_by_agreeing_with_the_one_that_stands() -> None:
    fields: dict[str, Json] = {"sent_back": "No mobile", DECIDED: [["B", 1]]}
    decision = Change(1, "beneficiary", "A-1", Op.DECIDE, fields, 1, 0, "Asha")
    found = denial(Author("operator", settles=True), decision, {"sent_back": "No mobile"})
    assert found is not None
    assert found.rule == "role.send_back"
    assert denial(Author("supervisor", settles=True), decision, {"sent_back": "No mobile"}) is None
