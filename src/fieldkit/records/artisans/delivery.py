"""Rules on toolkits (domain brief section 2, Toolkit)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import cast

from fieldkit import reference
from fieldkit.protocol.finding import Severity
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.rule import Broken, RuleContext, rule

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


@rule(
    Toolkit,
    "state",
    source=_SOURCE,
    severity=Severity.REASON,
    says={
        "ahead": (
            "After {before:toolkit_state quoted} comes {following:toolkit_state quoted}. "
            "Confirm if the office was not told of the steps between."
        ),
        "back": (
            "It was {before:toolkit_state quoted} already. Confirm if that was entered by mistake."
        ),
    },
)
def allowed_move(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """A toolkit moves by the table of moves; back only from a slip, on past steps not told of."""
    before = cast(Toolkit, context.before).state if context.before else None
    after = toolkit.state
    if not before or not after or before == after or after in MOVES.get(before, ()):
        return None
    if after in _reached(before):
        return Broken("ahead", before=before, following=sorted(MOVES[before]))
    return Broken("back", before=before) if before in _reached(after) else None


@rule(
    Toolkit,
    "toolkit_code",
    source=_SOURCE,
    says="This set is not for the trade of {trade:trade}. Choose one that is.",
)
def set_of_the_trade(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """The set is one for the artisan's trade."""
    chosen = reference.option("toolkit", toolkit.toolkit_code)
    if chosen is None or not toolkit.beneficiary_id:
        return None
    artisan = context.known.get("beneficiary", toolkit.beneficiary_id)
    trade = artisan.trade_code if isinstance(artisan, Beneficiary) else None
    return None if trade in {None, chosen.within} else Broken(trade=trade)


@rule(
    Toolkit,
    "beneficiary_id",
    source=_SOURCE,
    across=True,
    says="This artisan has a toolkit already ({other}). Open that one.",
)
def one_toolkit(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """One toolkit for an artisan, once."""
    if not toolkit.beneficiary_id:
        return None
    for other in context.known.where("toolkit", beneficiary_id=toolkit.beneficiary_id):
        if other.id != toolkit.id:
            return Broken(other=other)
    return None


@rule(
    Toolkit,
    "beneficiary_id",
    source=_SOURCE,
    severity=Severity.WARN,
    says="This artisan stands at: {status:pmv_status}. Check the status.",
)
def registered_before(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """The toolkit follows the approval at stage 3."""
    if context.before or not toolkit.beneficiary_id:
        return None
    artisan = context.known.get("beneficiary", toolkit.beneficiary_id)
    status = artisan.status if isinstance(artisan, Beneficiary) else None
    return None if status in {None, "S3_APPROVED"} else Broken(status=status)


@rule(
    Toolkit,
    "voucher_value",
    source="PM Vishwakarma Guidelines: toolkit incentive Rs 15,000",
    says="The voucher is of at most {most:rupees}.",
)
def voucher_within_limit(toolkit: Toolkit, _context: RuleContext) -> Broken | None:
    """The voucher is of at most Rs 15,000."""
    return Broken(most=MOST_RUPEES) if (toolkit.voucher_value or 0) > MOST_RUPEES else None


@rule(
    Toolkit,
    "redeemed_on",
    source=_SOURCE,
    severity=Severity.WARN,
    says="The voucher was no longer valid on that day. Check both dates.",
)
def voucher_still_valid(toolkit: Toolkit, _context: RuleContext) -> bool:
    """A voucher is used while it is valid."""
    redeemed, expires = toolkit.redeemed_on, toolkit.expires_on
    return bool(redeemed and expires and redeemed > expires)


@rule(
    Toolkit,
    "state",
    source="domain brief section 1, rows 10 and 11",
    severity=Severity.WARN,
    says="Give the day it was {day:label lower}: waiting is counted.",
)
def day_of_the_state(toolkit: Toolkit, _context: RuleContext) -> Broken | None:
    """Without its day the waiting time cannot be counted."""
    day = _DAY_OF.get(toolkit.state or "")
    return Broken(day=day) if day and toolkit.value(day) is None else None


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
