"""Rules on toolkits (domain brief section 2, Toolkit)."""

from __future__ import annotations

from fieldkit import reference
from fieldkit.protocol.finding import Severity
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.rule import Broken, RuleContext, rule

_SOURCE = "domain brief section 2, toolkit"
MOST_RUPEES = 15_000
"""Value of the voucher (PM Vishwakarma Guidelines)."""


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


follow(Toolkit, source="domain brief section 1, rows 10 and 11; section 2, toolkit")
in_order(Toolkit, "issued_on", "redeemed_on", source=_SOURCE)
in_order(Toolkit, "issued_on", "expires_on", source=_SOURCE)
