"""An artisan who joins a group is taken from their own record, and the two are linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.screens.find.known_page import KnownPage
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


@pytest.fixture
def shaista(store: Store) -> str:
    fields: dict[str, Value] = {
        "name": "Shaista Bano",
        "relation": "DO",
        "relation_name": "Ali Bano",
        "gender": "F",
        "born": "1990",
        "mobile": "9419044444",
        "village": "Nagam",
        "trade_code": "TAIL",
        "status": "SUBMITTED",
        "ifsc": "JAKA0CHADOO",
        "account_no": "00123456789012",
        "ration_card": "JK0077",
        "disabled": False,
    }
    return store.save([Edit(Beneficiary, fields)], "Asha")[0].id


def linked(store: Store, shaista: str, group: str) -> None:
    (member,) = store.where("member", beneficiary_id=shaista)
    assert member.value("self_help_group_id") == group
    assert member.value("name") == "Shaista Bano"
    assert member.value("born") == "1990"
    assert member.value("mobile") == "9419044444"
    assert member.value("account_no") == "00123456789012"
    assert member.value("ration_card") == "JK0077"
    assert member.value("status") == "ACTIVE"
    assert member.value("remarks") is None


async def test_from_the_groups_page(
    opened_app: At, block: dict[str, str], store: Store, shaista: str
) -> None:
    async with opened_app() as hand:
        await hand.press("noor", "<enter>", "m")
        assert isinstance(hand.app.screen, KnownPage)
        await hand.press("9419044444", "<enter>")
        assert isinstance(hand.app.screen, FormPage)
        await hand.press("<ctrl+n>", "Rubeena", "<ctrl+s>")
        assert isinstance(hand.app.screen, RecordPage)
        linked(store, shaista, block["group"])
        assert "MEMBERS  3" in hand.text()
        (other,) = [one for one in store.where("member") if one.value("name") == "Rubeena"]
        assert other.value("beneficiary_id") is None
        assert other.value("mobile") is None
        await hand.press("m", "9419044444")
        assert "here already" in hand.marked()


async def test_from_the_artisans_page(
    opened_app: At, block: dict[str, str], store: Store, shaista: str
) -> None:
    async with opened_app() as hand:
        await hand.press("9419044444", "<enter>", "m")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        model = form.model
        while model is not None and model.at != "self_help_group_id":
            await hand.press("<down>")
        await hand.press("noor", "<enter>", "<ctrl+s>")
        assert isinstance(hand.app.screen, RecordPage)
        linked(store, shaista, block["group"])
        assert "Joined the group" in hand.text()


async def test_who_is_not_here_yet_is_typed(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("noor", "<enter>", "m", "haseena lone", "<ctrl+n>", "<ctrl+s>")
        (made,) = [one for one in store.where("member") if one.value("name") == "Haseena Lone"]
        assert made.value("self_help_group_id") == block["group"]
        assert made.value("beneficiary_id") is None
