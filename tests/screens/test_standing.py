"""The income ladder on a member's page: the same rung as the report counts, from the entries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.screens.conftest import put
from textual import events

from fieldkit.protocol.change import Op
from fieldkit.records.community.income_entry import IncomeEntry
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.credit.fund_release import FundRelease
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import show_date, today
from fieldkit.records.livelihoods.support import Support
from fieldkit.records.targets.scheme_limit import SchemeLimit
from fieldkit.reports import Area, period_of, reports
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Edit

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand

    from fieldkit.records import Value
    from fieldkit.store import Store

_COLUMNS = {
    "Millionaire Didi": {"millionaire_didis", "lakhpati_didis"},
    "Lakhpati Didi": {"lakhpati_didis"},
    "Potential Lakhpati Didi": {"pld_identified"},
    "Not yet a Lakhpati Didi": set[str](),
    "": set[str](),
}
"""By what a page says: the figures of the report that count her."""


class Woman(NamedTuple):
    """A member: her income entries, and what else the ladder looks at."""

    says: str
    entries: tuple[Mapping[str, Value], ...]
    more: str = ""
    """The words after the rung."""
    joined: int = 0
    """Months ago."""
    cif: bool = False
    helped: bool = False


def ended(
    months: int, amount: int | None, activity: str = "LV01", **more: Value
) -> dict[str, Value]:
    """Return a season of three months that ended so many months ago."""
    last = months_after(today(), -months)
    first = months_after(last, -3)
    return {
        "amount": amount,
        "activity": activity,
        "period_from": first,
        "period_to": last,
        **more,
    }


def ago(months: int) -> str:
    """Return the day so many months ago as people read it."""
    return show_date(months_after(today(), -months))


TWO = (ended(7, 30_000), ended(1, 20_000, "LV02"))
WOMEN = (
    Woman("", ()),
    Woman(
        "Lakhpati Didi",
        (ended(7, 60_000), ended(1, 60_000)),
        f"Rs 1,20,000 in 12 months 2 entries since {ago(10)}",
    ),
    Woman(
        "Not yet a Lakhpati Didi",
        (ended(13, 90_000), ended(1, 20_000), ended(4, 80_000, "LV02", baseline=True)),
        f"Rs 20,000 in 12 months 1 entry since {ago(4)}",
    ),
    Woman("Millionaire Didi", (ended(2, 12_00_000),)),
    Woman("Lakhpati Didi", (ended(2, 9_99_999),)),
    Woman("Potential Lakhpati Didi", TWO, joined=24, cif=True, helped=True),
    Woman("Not yet a Lakhpati Didi", TWO, joined=23, cif=True, helped=True),
    Woman("Not yet a Lakhpati Didi", TWO, joined=30, helped=True),
    Woman("Not yet a Lakhpati Didi", TWO, joined=30, cif=True),
    Woman("Not yet a Lakhpati Didi", TWO[:1], joined=30, cif=True, helped=True),
    Woman(
        "Lakhpati Didi",
        (ended(20, None, assessed="LD"),),
        f"no amounts in 12 months assessed {ago(20)}",
    ),
    Woman("Potential Lakhpati Didi", (ended(20, None, assessed="LD"), ended(1, 5_000))),
)


def saved(store: Store, number: int, woman: Woman) -> str:
    """Save a woman in a group of her own; return her id."""
    group = put(store, SelfHelpGroup, name=f"Group {number}", village="Nagam")
    joined = months_after(today(), -woman.joined)
    member = put(
        store,
        Member,
        name=f"Zooni {'ABCDEFGHIJKLMN'[number] * 4}",
        gender="F",
        self_help_group_id=group,
        joined_on=joined,
    )
    for entry in woman.entries:
        put(store, IncomeEntry, member_id=member, **entry)
    if woman.cif:
        put(
            store,
            FundRelease,
            fund="CIF",
            self_help_group_id=group,
            state="RELEASED",
            released_on=today() - timedelta(days=30),
        )
    if woman.helped:
        put(store, Support, support_kind="FORMAL", programme="SVEP", member_id=member)
    return member


def counted(store: Store, column: str) -> set[str]:
    """Return the members that a figure of the report counts."""
    report, area = reports()["lakhpati"], Area()
    period = store.query(partial(period_of, area=area))
    behind = partial(
        report.behind, area=area, period=period, by=report.by[0], key=None, column=column
    )
    return {number for _, number in store.query(behind)}


async def opened(hand: Hand, member: str) -> str:
    """Open a member's page; return all that it says, on one line."""
    await hand.app.navigator.open_record("member", member)
    await hand.settle()
    assert isinstance(hand.app.screen, RecordPage)
    said = " ".join(hand.text().split())
    await hand.press("<escape>")
    return said


async def test_a_page_says_the_rung_that_the_report_counts(opened_app: At, store: Store) -> None:
    women = {saved(store, n, woman): woman for n, woman in enumerate(WOMEN)}
    in_report = {one: counted(store, one) for one in set[str]().union(*_COLUMNS.values())}
    async with opened_app(100, 30) as hand:
        for member, woman in women.items():
            said = await opened(hand, member)
            named = {one for one in _COLUMNS if one and f" {one} " in f" {said} "}
            expected = {woman.says} if woman.says else set()
            if woman.says in {"Not yet a Lakhpati Didi", "Potential Lakhpati Didi"}:
                named -= {"Lakhpati Didi"}  # its last words
            assert named == expected, (woman, said)
            assert woman.more in said, (woman, said)
            counts = {one for one, members in in_report.items() if member in members}
            assert counts == _COLUMNS[woman.says], woman


async def test_help_that_was_deleted_does_not_count(opened_app: At, store: Store) -> None:
    member = saved(store, 0, Woman("", TWO, joined=30, cif=True, helped=True))
    assert member in counted(store, "pld_identified")
    (support,) = store.where("support", member_id=member)
    store.save([Edit(Support, {}, support.id, None, Op.DELETE)], "Asha")
    assert member not in counted(store, "pld_identified")
    async with opened_app() as hand:
        assert "Not yet a Lakhpati Didi" in await opened(hand, member)


async def test_the_limits_of_the_territory_count(opened_app: At, store: Store) -> None:
    member = saved(store, 0, Woman("", (ended(1, 1_20_000),)))
    limit: dict[str, Value] = {"limit_name": "LAKHPATI_INCOME", "source": "Order", "district": 0}
    put(store, SchemeLimit, amount=1_10_000, from_on=date(2021, 1, 1), **limit)
    put(store, SchemeLimit, amount=1_60_000, from_on=date(2020, 1, 1), **limit)
    async with opened_app() as hand:
        assert "Not yet" not in await opened(hand, member)
        put(store, SchemeLimit, amount=1_50_000, from_on=date(2022, 1, 1), **limit)
        put(store, SchemeLimit, amount=1_00_000, from_on=today() + timedelta(days=9), **limit)
        assert "Not yet a Lakhpati Didi" in await opened(hand, member)


async def test_the_ladder_is_read_in_the_thread_of_reads_and_keys_are_kept(
    opened_app: At, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, reading, go_on = saved(store, 0, WOMEN[1]), Event(), Event()

    def slow(_member: Member, _known: Store, _on: date) -> tuple[str, ...]:
        assert current_thread() is not main_thread()
        reading.set()
        assert go_on.wait(20)
        return ("Read at last",)

    async with opened_app() as hand:
        monkeypatch.setattr(Member, "standing", slow)
        await hand.app.navigator.open_record("member", member)
        assert isinstance(hand.app.screen, RecordPage)
        while not reading.is_set():  # the screen goes on meanwhile
            await asyncio.sleep(0.01)
        hand.app.post_message(events.Key("h", "h"))
        go_on.set()
        await hand.settle()
        assert isinstance(hand.app.screen, HistoryPage)
        await hand.press("<escape>")
        assert "Read at last" in hand.text()
