"""What a comparison of two persons finds: how sure it is, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fieldkit.matching.person import Part


class Reason(StrEnum):
    """One piece of evidence, as a code; :data:`WORDS` has the words."""

    SAME_NUMBER = "same_number"
    SAME_ACCOUNT = "same_account"
    SAME_LAST_FOUR = "same_last_four"
    SAME_BIRTH = "same_birth"
    SAME_MOBILE = "same_mobile"
    SAME_NAME = "same_name"
    NAME_ALIKE = "name_alike"
    SAME_KIN = "same_kin"
    KIN_ALIKE = "kin_alike"
    NEAR_BIRTH = "near_birth"
    NEAR_MOBILE = "near_mobile"
    NEAR_LAST_FOUR = "near_last_four"
    SAME_YEAR = "same_year"
    SAME_HOUSEHOLD = "same_household"
    SAME_VILLAGE = "same_village"
    VILLAGE_ALIKE = "village_alike"
    OTHER_NAME = "other_name"
    OTHER_KIN = "other_kin"
    OTHER_GENDER = "other_gender"
    OTHER_BIRTH = "other_birth"
    OTHER_LAST_FOUR = "other_last_four"
    OTHER_NUMBER = "other_number"
    OTHER_PLACE = "other_place"

    @property
    def part(self) -> Part:
        """The part of the person it is about."""
        return _PARTS[self]

    @property
    def words(self) -> str:
        """The words for people: "same mobile"."""
        return WORDS[self]

    @property
    def is_exact(self) -> bool:
        """Whether both have the very same value."""
        return self.startswith("same_") and self is not Reason.SAME_YEAR


WORDS = {
    Reason.SAME_NUMBER: "same official number",
    Reason.SAME_ACCOUNT: "same bank account",
    Reason.SAME_LAST_FOUR: "same Aadhaar last four",
    Reason.SAME_BIRTH: "same birth date",
    Reason.SAME_MOBILE: "same mobile",
    Reason.SAME_NAME: "same name",
    Reason.NAME_ALIKE: "name sounds alike",
    Reason.SAME_KIN: "same father or husband",
    Reason.KIN_ALIKE: "father or husband sounds alike",
    Reason.NEAR_BIRTH: "birth date nearly the same",
    Reason.NEAR_MOBILE: "mobile nearly the same",
    Reason.NEAR_LAST_FOUR: "Aadhaar last four nearly the same",
    Reason.SAME_YEAR: "same birth year",
    Reason.SAME_HOUSEHOLD: "same ration card",
    Reason.SAME_VILLAGE: "same village",
    Reason.VILLAGE_ALIKE: "village sounds alike",
    Reason.OTHER_NAME: "another name",
    Reason.OTHER_KIN: "another father or husband",
    Reason.OTHER_GENDER: "man and woman",
    Reason.OTHER_BIRTH: "another birth date",
    Reason.OTHER_LAST_FOUR: "other Aadhaar last four",
    Reason.OTHER_NUMBER: "another official number",
    Reason.OTHER_PLACE: "another place",
}
_PARTS = {
    Reason.SAME_NUMBER: Part.NUMBER,
    Reason.SAME_ACCOUNT: Part.ACCOUNT,
    Reason.SAME_LAST_FOUR: Part.LAST_FOUR,
    Reason.SAME_BIRTH: Part.BORN,
    Reason.SAME_MOBILE: Part.MOBILE,
    Reason.SAME_NAME: Part.NAME,
    Reason.NAME_ALIKE: Part.NAME,
    Reason.SAME_KIN: Part.KIN,
    Reason.KIN_ALIKE: Part.KIN,
    Reason.NEAR_BIRTH: Part.BORN,
    Reason.NEAR_MOBILE: Part.MOBILE,
    Reason.NEAR_LAST_FOUR: Part.LAST_FOUR,
    Reason.SAME_YEAR: Part.BORN,
    Reason.SAME_HOUSEHOLD: Part.HOUSEHOLD,
    Reason.SAME_VILLAGE: Part.VILLAGE,
    Reason.VILLAGE_ALIKE: Part.VILLAGE,
    Reason.OTHER_NAME: Part.NAME,
    Reason.OTHER_KIN: Part.KIN,
    Reason.OTHER_GENDER: Part.GENDER,
    Reason.OTHER_BIRTH: Part.BORN,
    Reason.OTHER_LAST_FOUR: Part.LAST_FOUR,
    Reason.OTHER_NUMBER: Part.NUMBER,
    Reason.OTHER_PLACE: Part.VILLAGE,
}


@dataclass(frozen=True, slots=True)
class Match:
    """Two records that may be of one person."""

    score: float
    """0..1, how likely it is."""
    strong: bool
    """Whether it is likely enough to ask about it once before a save."""
    reasons: tuple[Reason, ...]
    """What both have in common, the weightiest first."""
    against: tuple[Reason, ...] = ()
    """In what they differ, the weightiest first."""

    @property
    def why(self) -> str:
        """What both have in common, in words: "same mobile, name sounds alike"."""
        return ", ".join(reason.words for reason in self.reasons)
