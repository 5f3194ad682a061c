"""The format of a trade, with advice on crafts that are often taken for one of the 18."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldkit.records.fields.formats import Choice, Unfit, Value
from fieldkit.reference import Option

_NO_TRADE = re.compile(
    r"\b(weav|pashmina|shawl|kani|carpet|rug|sozni|aari|zari|crewel|tilla|chain ?stitch|embroider"
    r"|papier|loom|handloom|spinn|dye)",
    re.IGNORECASE,
)
_BASKETS = re.compile(r"\b(coir|basket|mat|broom|wicker|willow|kangri)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trade(Choice[str]):
    """One of the 18 trades; crafts that are often taken for one are refused with advice.

    Handloom and textile weaving is no notified trade; "weaver" alone
    would be taken for the coir weaver of the list.
    """

    list: str = "trade"

    def matching(self, typed: str, within: Value = None) -> tuple[Option, ...]:
        """Return the trades that what was typed could mean; none for another craft."""
        return () if _is_other_craft(typed) else Choice.matching(self, typed, within)

    def turn_away(self, text: str) -> None:
        """Raise Unfit for another craft, saying what to do with it."""
        if _is_other_craft(text):
            raise Unfit(
                "Weaving, carpets, shawls and embroidery are not among the 18 trades. If the "
                "artisan also works in one of the 18, choose it; otherwise they cannot register."
            )


def _is_other_craft(text: str) -> bool:
    return bool(_NO_TRADE.search(text)) and not _BASKETS.search(text)


TRADE = Trade()
