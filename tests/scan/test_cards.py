"""Codes of Aadhaar cards: what is taken of them, what is checked, and what hostile ones do."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scan.cards import FIELDS, LETTER, Sign, digits, payload, typed, unsigned

from fieldkit.plain_text import shown
from fieldkit.scan.card import Card, Checked, Unreadable
from fieldkit.scan.fill import texts_of
from fieldkit.scan.keys import LONGEST
from fieldkit.scan.read import CERTIFICATES, read_card

NOWHERE = Path("nowhere")


def refused(text: str, home: Path = NOWHERE) -> str:
    with pytest.raises(Unreadable) as stopped:
        read_card(text, home)
    said = str(stopped.value)
    assert not text or text[:12] not in said
    assert said.endswith(".")
    return said


@pytest.fixture
def signer(tmp_path: Path) -> Sign:
    """A key made for the test, and its public half among the certificates of ``tmp_path``."""
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    folder = tmp_path / CERTIFICATES
    folder.mkdir()
    (folder / "a.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nnone\n")
    (folder / "b.der").write_bytes(b"\x00" * 50)
    (folder / "test.pem").write_bytes(public)
    return lambda signed: key.sign(signed, padding.PKCS1v15(), SHA256())


@pytest.mark.parametrize("version", ["V2", ""])
def test_both_forms_fill_a_person_and_leave_the_rest_behind(version: str) -> None:
    card = read_card(f" {digits(payload(version=version))}\n", NOWHERE)
    assert texts_of(card) == {
        "name": "Zooni Akhter",
        "relation": "DO",
        "relation_name": "Abdul Gani Lone",
        "gender": "F",
        "born": "23/01/1984",
        "aadhaar_last4": "0143",
        "village": "Wathoora",
        "pin": "191113",
        "address": "12, Main Road, Near Jamia Masjid, Bonpora",
    }
    assert FIELDS["reference"] not in repr(card)


def test_the_older_letter_gives_four_digits_of_its_number_and_is_never_verified() -> None:
    card = read_card(LETTER, NOWHERE)
    assert card == Card(
        name="Zooni Akhter",
        born="1984",
        gender="F",
        relation="",
        relative="Abdul Gani",
        last_four="0124",
        village="Wathoora",
        pin="191113",
        address="12",
        checked=Checked.UNSIGNED,
    )
    assert "missing" in refused(LETTER[:-40])


def test_a_signature_is_checked_against_the_certificates_of_the_laptop(
    signer: Sign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = digits(payload(), signer)
    assert read_card(good, tmp_path).checked is Checked.RIGHT
    assert read_card(good, NOWHERE).checked is Checked.NO_CERTIFICATE
    forged = digits(payload({"name": "Somebody Else"}), lambda _signed: signer(payload()))
    assert "nothing was filled" in refused(forged, tmp_path)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert read_card(forged, tmp_path).checked is Checked.NO_LIBRARY


def test_hostile_codes_get_a_sentence_within_bounded_memory() -> None:
    whole = digits(payload())
    bomb = typed(gzip.compress(bytes(2_000_000), mtime=0))
    assert 1_000 < len(bomb) < LONGEST
    tracemalloc.start()
    said = [
        refused(text)
        for text in (
            *("", "Zooni Akhter", "12345", "9" * 50_000, "1" * LONGEST, bomb),
            *(whole[:-400], f"{whole[:700]}7{whole[701:]}", whole[1:]),
            digits(b"V2" + b"\xff" * 40),
            digits(payload({"reference": "abc", "name": ""})),
            "<" * 4000,
            "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><PrintLetterBarcodeData " + 'a="&a;" ' * 400,
        )
    ]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    assert any("unpacks to more" in one for one in said)
    assert any("longer than" in one for one in said)


@given(st.text(max_size=200) | st.binary(max_size=400).map(digits))
def test_any_text_and_any_packed_bytes_are_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        said = read_card(text, NOWHERE).checked.value
    except Unreadable as unreadable:
        said = str(unreadable)
    assert said.endswith(".")


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=60)))
def test_whatever_stands_in_the_fields_nothing_of_it_controls_a_terminal(
    values: dict[str, str],
) -> None:
    fit = {k: "".join(c for c in v if ord(c) < 255) for k, v in values.items()}
    try:
        card = read_card(digits(payload(fit), unsigned), NOWHERE)
    except Unreadable:
        return
    assert all(shown(text) == text for text in texts_of(card).values())
