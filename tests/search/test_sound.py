from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.search.sound import MAY_BE_SAME, alike, sound, sounds, words


def variants(expected: str) -> list[tuple[str, str]]:
    path = files("fieldkit.reference") / "data" / "name_variants.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return [(row["name_a"], row["name_b"]) for row in rows if row["expected"] == expected]


def test_spellings_of_one_name_are_alike() -> None:
    pairs = variants("same")
    missed = [pair for pair in pairs if alike(*pair) < MAY_BE_SAME]
    assert len(pairs) > 100
    assert len(missed) <= len(pairs) // 50, missed


def test_spellings_of_one_name_are_found_by_sound() -> None:
    pairs = variants("same")
    missed = [
        (a, b)
        for a, b in pairs
        if not (set(sounds(a).split()) <= set(sounds(b).split()) or b.rstrip(".") in a)
        and not set(sounds(b).split()) <= set(sounds(a).split())
    ]
    assert len(missed) <= len(pairs) // 50, missed


def test_different_names_are_not_alike() -> None:
    pairs = variants("different")
    too_alike = [pair for pair in pairs if alike(*pair) >= MAY_BE_SAME]
    assert len(pairs) > 10
    assert not too_alike


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mohd Ashraf Bhat", "Muhammad Ashraf Butt"),
        ("Ashraf Bhat", "Mohd. Ashraf Bhat"),
        ("Dar Gh Nabi", "Ghulam Nabi Dar"),
        ("GM Dar", "Ghulam Mohammad Dar"),
        ("Smt. Asha Devi", "Asha Devi"),
        ("Mehraj-ud-Din Lone", "MEHRAJUDDIN LONE"),
        ("Mushtaw Ahmad Wani", "Mushtaq Ahmad Wani"),
        ("Fatima", "Fatima Bano"),
        ("غلام نبی", "غلام نبي"),
        ("हरीश ज़हूर", "हरीश जहूर"),
    ],
)
def test_full_names_of_one_person_are_alike(a: str, b: str) -> None:
    assert alike(a, b) >= MAY_BE_SAME


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Tahir Ahmad Bhat", "Tahira Ahmad Bhat"),
        ("Bashir Ahmad Dar", "Nazir Ahmad Dar"),
        ("Mohd Yousuf Lone", "Mohd Yaseen Lone"),
        ("Raj Kumar", "Rajesh Kumar"),
        ("Ram Lal", "Sham Lal"),
        ("", "Asha"),
    ],
)
def test_full_names_of_two_people_are_not_alike(a: str, b: str) -> None:
    assert alike(a, b) < MAY_BE_SAME


def test_words_fold_case_accents_and_punctuation() -> None:
    assert words("Gh.Nabi  O'BRIEN-Çelik") == ["gh", "nabi", "o", "brien", "celik"]
    assert words("हरीश कुमार") == ["हरीश", "कुमार"]
    assert words("[red]x[/]\x1b") == ["red", "x"]


def test_titles_and_links_have_no_key_unless_they_are_alone() -> None:
    assert sounds("Late Sh. Noor-ud-Din") == sounds("Noor Din")
    assert sounds("Sh") != ""


def test_words_of_other_scripts_are_their_own_key() -> None:
    assert sound("हरीश") == "हरीश"


@given(st.text(max_size=80))
def test_any_text_has_words_and_keys(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert len(sounds(text).split()) <= 2 * len(found)
    assert 0 <= alike(text, text) <= 1


names = st.text("abdehikmnorsuz ", min_size=1, max_size=20)


@given(names, names)
def test_likeness_is_symmetric(a: str, b: str) -> None:
    assert 0 <= alike(a, b) <= 1
    assert alike(a, b) == pytest.approx(alike(b, a))
