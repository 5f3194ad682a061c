"""Rules on toolkits (domain brief section 2, Toolkit)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import cast

from fieldkit import reference
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.formats import Choice

_SOURCE = "domain brief section 2, toolkit"
MOST_RUPEES = 15_000
"""Value of the voucher (PM Vishwakarma Guidelines)."""

_ROAD = (
    "NOT_ELIGIBLE",
    "ELIGIBLE",
    "SELECTED",
    "VOUCHER_ISSUED",
    "ORDERED",
    "DISPATCHED",
    "AT_POST_OFFICE",
    "DELIVERED",
    "DEFECTIVE",
    "REPLACED",
)
MOVES: dict[str, frozenset[str]] = {
    **{state: frozenset({following}) for state, following in pairwise(_ROAD)},
    "DISPATCHED": frozenset({"AT_POST_OFFICE", "RETURNED"}),
    "AT_POST_OFFICE": frozenset({"DELIVERED", "RETURNED"}),
    "RETURNED": frozenset({"DISPATCHED"}),
}
"""From each state, the states that follow it."""

_DAY_OF = {
    "SELECTED": "selected_on",
    "DELIVERED": "delivered_on",
    "DISPATCHED": "dispatched_on",
}


@cache
def _reached(state: str) -> frozenset[str]:
    """Return the states that may follow one sooner or later."""
    found: set[str] = set()
    ahead = [state]
    while ahead:
        following = MOVES.get(ahead.pop(), frozenset()) - found
        found |= following
        ahead += following
    return frozenset(found)


@rule(Toolkit, "state", source=_SOURCE, severity=Severity.REASON)
def allowed_move(toolkit: Toolkit, case: RuleContext) -> str | None:
    """A toolkit moves by the table of moves; back only from a slip, on past steps not told of."""
    before = cast(Toolkit, case.before).state if case.before else None
    after = toolkit.state
    if not before or not after or before == after or after in MOVES.get(before, ()):
        return None
    if after in _reached(before):
        ways = " or ".join(_quoted(state) for state in sorted(MOVES[before]))
        return (
            f"After {_quoted(before)} comes {ways}. "
            "Confirm if the office was not told of the steps between."
        )
    if before in _reached(after):
        return f"It was {_quoted(before)} already. Confirm if that was entered by mistake."
    return None


def _quoted(state: str) -> str:
    return f'"{Choice("toolkit_state").show(state)}"'


@rule(Toolkit, "toolkit_code", source=_SOURCE)
def set_of_the_trade(toolkit: Toolkit, case: RuleContext) -> str | None:
    """The set is one for the artisan's trade."""
    chosen = reference.option("toolkit", toolkit.toolkit_code)
    if chosen is None or not toolkit.beneficiary_id:
        return None
    artisan = case.known.get("beneficiary", toolkit.beneficiary_id)
    trade = artisan.trade_code if isinstance(artisan, Beneficiary) else None
    if trade is None or chosen.within == trade:
        return None
    return f"This set is not for the trade of {Choice('trade').show(trade)}. Choose one that is."


@rule(Toolkit, "beneficiary_id", source=_SOURCE, across=True)
def one_toolkit(toolkit: Toolkit, case: RuleContext) -> str | None:
    """One toolkit for an artisan, once."""
    if not toolkit.beneficiary_id:
        return None
    for other in case.known.where("toolkit", beneficiary_id=toolkit.beneficiary_id):
        if other.id != toolkit.id:
            return f"This artisan has a toolkit already ({other.id}). Open that one."
    return None


@rule(Toolkit, "beneficiary_id", source=_SOURCE, severity=Severity.WARN)
def registered_before(toolkit: Toolkit, case: RuleContext) -> str | None:
    """The toolkit follows the approval at stage 3."""
    if case.before or not toolkit.beneficiary_id:
        return None
    artisan = case.known.get("beneficiary", toolkit.beneficiary_id)
    status = artisan.status if isinstance(artisan, Beneficiary) else None
    if status in {None, "S3_APPROVED"}:
        return None
    return f"This artisan stands at: {Choice('pmv_status').show(status)}. Check the status."


@rule(Toolkit, "voucher_value", source="PM Vishwakarma Guidelines: toolkit incentive Rs 15,000")
def voucher_within_limit(toolkit: Toolkit, _case: RuleContext) -> str | None:
    """The voucher is of at most Rs 15,000."""
    if (toolkit.voucher_value or 0) > MOST_RUPEES:
        return "The voucher is of at most Rs 15,000."
    return None


@rule(Toolkit, "redeemed_on", source=_SOURCE, severity=Severity.WARN)
def voucher_still_valid(toolkit: Toolkit, _case: RuleContext) -> str | None:
    """A voucher is used while it is valid."""
    if toolkit.redeemed_on and toolkit.expires_on and toolkit.redeemed_on > toolkit.expires_on:
        return "The voucher was no longer valid on that day. Check both dates."
    return None


@rule(Toolkit, "state", source="domain brief section 1, rows 10 and 11", severity=Severity.WARN)
def day_of_the_state(toolkit: Toolkit, _case: RuleContext) -> str | None:
    """Without its day the waiting time cannot be counted."""
    name = _DAY_OF.get(toolkit.state or "")
    if name and toolkit.value(name) is None:
        return f"Give the day it was {toolkit.fields()[name].label.casefold()}: waiting is counted."
    return None


in_order(
    Toolkit,
    "selected_on",
    "issued_on",
    "ordered_on",
    "dispatched_on",
    "at_post_office_on",
    "delivered_on",
    "complained_on",
    "replaced_on",
    source="domain brief section 2: dates must not go backwards",
)
in_order(Toolkit, "issued_on", "redeemed_on", source=_SOURCE)
in_order(Toolkit, "issued_on", "expires_on", source=_SOURCE)
