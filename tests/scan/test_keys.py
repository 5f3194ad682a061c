"""A scanner's keys are told from a person's by what they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.scan.cards import LETTER, digits, payload

from fieldkit.scan.keys import LONGEST, ScanKeys


def reached(keys: ScanKeys, text: str) -> str:
    """Type a text; return what reaches the box."""
    return "".join(letter for letter in text if not keys.add(letter))


@given(st.text(st.sampled_from("0123456789 <ab>?/"), max_size=24))
def test_what_a_person_types_reaches_the_box(text: str) -> None:
    keys = ScanKeys()
    if "<?" not in text:
        assert reached(keys, text) == text
        assert not keys.end()
        assert keys.take() == ""


def test_a_scan_is_gathered_whole_and_taken_once() -> None:
    for text in (digits(payload()), LETTER):
        keys = ScanKeys()
        reached(keys, "Zooni 12 ")
        assert len(reached(keys, text)) < 25
        assert keys.end()
        assert (keys.take(), keys.take()) == (text, "")
        assert reached(keys, "9419011432") == "9419011432"


def test_a_scan_is_bounded_and_one_that_stops_ends_with_a_pause() -> None:
    keys = ScanKeys()
    reached(keys, "9" * 50_000)
    assert keys.gathered > 49_000
    keys.end()
    assert len(keys.take()) == LONGEST + 1
    reached(keys, digits(payload())[:300])
    keys.pause(0.2)
    assert keys.active
    keys.pause(5)
    assert reached(keys, "Zooni") == "Zooni"
    keys = ScanKeys()
    reached(keys, "94190")
    keys.pause(0.2)
    code = digits(payload())
    reached(keys, code)
    keys.end()
    assert keys.take() == code
