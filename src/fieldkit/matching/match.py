"""What a comparison of two persons finds: how sure it is, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fieldkit.matching.person import Part


class Reason(StrEnum):
    """One piece of evidence: its code, the part of the person it is about, the words for people."""

    part: Part
    words: str

    def __new__(cls, code: str, part: Part, words: str) -> Reason:
        """Make a code that knows its part and its words."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.part, made.words = part, words
        return made

    SAME_NUMBER = "same_number", Part.NUMBER, "same official number"
    SAME_ACCOUNT = "same_account", Part.ACCOUNT, "same bank account"
    SAME_LAST_FOUR = "same_last_four", Part.LAST_FOUR, "same Aadhaar last four"
    SAME_BIRTH = "same_birth", Part.BORN, "same birth date"
    SAME_MOBILE = "same_mobile", Part.MOBILE, "same mobile"
    SAME_NAME = "same_name", Part.NAME, "same name"
    NAME_ALIKE = "name_alike", Part.NAME, "name sounds alike"
    SAME_KIN = "same_kin", Part.KIN, "same father or husband"
    KIN_ALIKE = "kin_alike", Part.KIN, "father or husband sounds alike"
    NEAR_BIRTH = "near_birth", Part.BORN, "birth date nearly the same"
    NEAR_MOBILE = "near_mobile", Part.MOBILE, "mobile nearly the same"
    NEAR_LAST_FOUR = "near_last_four", Part.LAST_FOUR, "Aadhaar last four nearly the same"
    SAME_YEAR = "same_year", Part.BORN, "same birth year"
    SAME_HOUSEHOLD = "same_household", Part.HOUSEHOLD, "same ration card"
    SAME_VILLAGE = "same_village", Part.VILLAGE, "same village"
    VILLAGE_ALIKE = "village_alike", Part.VILLAGE, "village sounds alike"
    OTHER_NAME = "other_name", Part.NAME, "another name"
    OTHER_KIN = "other_kin", Part.KIN, "another father or husband"
    OTHER_GENDER = "other_gender", Part.GENDER, "man and woman"
    OTHER_BIRTH = "other_birth", Part.BORN, "another birth date"
    OTHER_LAST_FOUR = "other_last_four", Part.LAST_FOUR, "other Aadhaar last four"
    OTHER_NUMBER = "other_number", Part.NUMBER, "another official number"
    OTHER_PLACE = "other_place", Part.VILLAGE, "another place"

    @property
    def is_exact(self) -> bool:
        """Whether both have the very same value."""
        return self.startswith("same_") and self is not Reason.SAME_YEAR


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
