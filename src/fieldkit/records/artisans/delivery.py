"""Rules on toolkits (domain brief section 2, Toolkit)."""

from __future__ import annotations

from fieldkit import reference
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.formats import Choice

_SOURCE = "domain brief section 2, toolkit"
MOST_RUPEES = 15_000
"""Value of the voucher (PM Vishwakarma Guidelines)."""


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


follow(Toolkit, source="domain brief section 1, rows 10 and 11; section 2, toolkit")
in_order(Toolkit, "issued_on", "redeemed_on", source=_SOURCE)
in_order(Toolkit, "issued_on", "expires_on", source=_SOURCE)
