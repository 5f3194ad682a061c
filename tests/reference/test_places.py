from fieldkit.reference import (
    bank_of,
    branch,
    district_of,
    district_of_pincode,
    localities,
    name_variants,
    option,
    options,
    person_names,
    pincodes,
)


def test_a_block_lies_in_its_district() -> None:
    chadoora = next(entry for entry in options("block") if entry.label == "Chadoora")
    assert isinstance(chadoora.code, int)
    assert district_of(chadoora.code) == 2
    assert district_of(999_999) is None


def test_every_district_has_localities_and_pin_codes() -> None:
    for district in options("district"):
        assert isinstance(district.code, int)
        names = localities(district.code)
        assert names
        assert list(names) == sorted(set(names))
        assert pincodes(district.code)
    assert localities(999) == pincodes(999) == ()


def test_a_pin_code_has_a_district_only_if_it_is_the_only_one() -> None:
    assert district_of_pincode("180001") == 5
    assert district_of_pincode("110001") is None
    shared = [
        pin
        for pin in pincodes(2)
        if any(pin in pincodes(code) for code in (13, 626, 11) if isinstance(code, int))
    ]
    assert shared
    assert all(district_of_pincode(pin) is None for pin in shared)


def test_an_ifsc_gives_bank_branch_and_city() -> None:
    known = branch(" jaka0achbal")
    assert known is not None
    assert (known.ifsc, known.bank) == ("JAKA0ACHBAL", "Jammu and Kashmir Bank")
    assert (known.branch, known.city) == ("Achabal Sopore", "Baramulla")


def test_a_new_branch_still_gives_its_bank() -> None:
    assert branch("SBIN0999999") is None
    bank = bank_of("sbin0999999")
    assert bank is not None
    assert bank.label == "State Bank of India"
    assert bank_of("ZZZZ0000000") is None
    assert bank_of("") is None


def test_the_grameen_bank_shares_one_code() -> None:
    assert bank_of("JAKA0GRAMEN") == option("bank", "XJKG")
    known = branch("JAKA0GRAMEN")
    assert known is not None
    assert known.bank == "J&K Grameen Bank"


def test_each_community_has_names_for_women_and_men() -> None:
    names = person_names()
    given = {(name.community, name.gender) for name in names if not name.surname}
    assert given == {(name.community, gender) for name in names for gender in "FM"}
    assert {name.community for name in names if name.surname} == {name.community for name in names}


def test_variants_say_whether_they_are_one_name() -> None:
    pairs = name_variants()
    assert any((pair.first, pair.second, pair.same) == ("Abdul", "Abdull", True) for pair in pairs)
    assert any(not pair.same for pair in pairs)
