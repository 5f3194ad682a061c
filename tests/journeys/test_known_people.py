"""Someone types an artisan who is known already, at a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.hand import Hand, exported

FORM = "s<enter>abdul ahad<enter>2301 1984<enter>{mobile}<enter>{four}<enter>gen<enter>"
REST = "Wathoora<enter>carp<enter>n<enter>"


def person(name: str, mobile: str = "9419011432", four: str = "0143") -> str:
    """Return the keys that fill the form of someone new, opened with ``x``."""
    return f"<up><ctrl+u>{name}<enter>" + FORM.format(mobile=mobile, four=four) + REST


def said(hand: Hand) -> str:
    return " ".join(hand.screen.split())


def test_an_artisan_typed_a_second_time_is_asked_about_and_a_family_is_not(home: Path) -> None:
    with Hand(home) as hand:
        hand.see("no records yet")
        hand.do("ghulam mohammad bhat<ctrl+n>", "New artisan")
        hand.do(person("ghulam mohammad bhat") + "<ctrl+s>", "Saved: Ghulam Mohammad Bhat")
        hand.do("<esc>x<ctrl+n>", "New artisan")
        hand.do(person("gulam mohd bhat"), "Same person?")
        hand.do("<ctrl+s>", "Somebody else? Ctrl+S again.")
        assert len(exported(home, "beneficiary")) == 1
        hand.do("<ctrl+s>", "Saved: Gulam Mohd Bhat")
        for name, four in (("haleema begum", "7001"), ("irfan ahmad bhat", "7002")):
            hand.do("<esc>x<ctrl+n>", "New artisan")
            hand.do(person(name, four=four) + "<ctrl+s>", f"Saved: {name.title()}")
        hand.quit()
    assert len(exported(home, "beneficiary")) == 4


def test_a_name_typed_in_full_opens_the_one_who_has_it(home: Path) -> None:
    with Hand(home) as hand:
        hand.see("no records yet")
        hand.do("zooni akhter<ctrl+n>", "New artisan")
        hand.do(person("zooni akhter", "7006155210") + "<ctrl+s>", "Saved: Zooni Akhter")
        hand.do("<esc>zooni akhter", "> Zooni Akhter")
        hand.do("<enter>", "Zooni Akhter", "Wathoora")
        hand.do("<esc>5210", "> Zooni Akhter")
        hand.do("<esc>zuni akhtar", "> Zooni Akhter")
        hand.quit()
    assert len(exported(home, "beneficiary")) == 1
