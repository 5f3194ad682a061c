"""Compare names as they are written in J&K: fold them, key them by sound, score their likeness.

One person is Mohd. on the ration card, Mohammad on the Aadhaar card and Muhamad in the register.
A key keeps the consonants that carry the sound of a name; :func:`alike` also compares spelling.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Indel

MAY_BE_SAME = 0.8
"""Likeness by :func:`alike` from which two names may be those of one person."""

_ALIASES = {
    "ab": "abdul", "abd": "abdul", "abdur": "abdul", "abdus": "abdul", "abdu": "abdul",
    "ah": "ahmad", "ahd": "ahmad", "amd": "ahmad",
    "bgm": "begum", "ch": "choudhary", "chd": "choudhary",
    "gh": "ghulam", "gm": "ghulam mohammad",
    "hsn": "hassan", "khatija": "khadija", "kishan": "krishan", "kishen": "krishan",
    "kr": "kumar", "krishen": "krishan", "md": "mohammad", "mhd": "mohammad",
    "mohidin": "mohiuddin", "mohideen": "mohiuddin", "mohudin": "mohiuddin",
    "mohyuddin": "mohiuddin",
    "mohd": "mohammad", "mohmd": "mohammad", "mohamd": "mohammad", "mod": "mohammad",
    "muhd": "mohammad", "mumtaj": "mumtaz", "samyal": "sambyal",
}  # fmt: skip
_TITLES = {
    "mr", "mrs", "ms", "miss", "smt", "shri", "shree", "sri", "sh", "mst", "late", "lt", "dr",
}  # fmt: skip
_LINKS = {"ud", "ul", "ur", "us", "un", "al", "e"}
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ul?l(?=ah?$)|ud?(?=d[ie]+n$))")
"""Where others split Habibullah and Mehrajuddin into two words."""

_FOLDS = str.maketrans({"q": "k", "c": "k", "w": "v", "x": "ks", "ç": "k"})
_VOWEL_W = re.compile(r"(?<=[aeiou])w(?![aeiouy])")
_FIRST_VOWELS = re.compile(r"^[aeiou]+")
_LATER_H = re.compile(r"(?<=.)h")
_DOUBLES = re.compile(r"([^aeiou])\1+")
_LATER_VOWELS = re.compile(r"(?<=.)[aeiouy]")
_LAST_VOWELS = re.compile(r"([aeiouy]+)h?$")
_MARKS = re.compile(
    "[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Accents, the nukta and Urdu's vowel signs (often omitted), joiners and invisible marks."""
_URDU = str.maketrans("يىكةهھۀ", "ییکہہہہ")

_LIGHT = {
    "ullah": 0.3, "allah": 0.3, "din": 0.3, "deen": 0.3, "mohammad": 0.5, "abdul": 0.5,
    "ghulam": 0.6, "ahmad": 0.6, "kumar": 0.6, "kumari": 0.6, "bano": 0.5, "begum": 0.5,
    "devi": 0.5, "jan": 0.5, "bi": 0.5, "bibi": 0.5, "lal": 0.6, "singh": 0.6, "kaur": 0.6,
}  # fmt: skip
"""Weights of names that are very common or often omitted, and so distinguish little."""
_EITHER = {"sn", "ysmn", "nsrn", "prvn"}
"""Keys of women's names written with or without a final a: Shaheen and Shaheena."""
_APART = {
    frozenset({"rather", "rathore"}),
    frozenset({"aijaz", "ayaz"}),
    *(
        frozenset({one, other})
        for one in ("hassan", "hasan")
        for other in ("hussain", "husain", "hussein", "hosain")
    ),
}
"""Different names that sound alike."""


def words(text: str) -> list[str]:
    """Split ``text`` into search words: lower case, without accents and punctuation.

    Words in other scripts keep their vowel signs; the forms of one Urdu letter become one form.
    """
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text.lower())
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _MARKS.sub("", text).translate(_URDU)
    return "".join(
        c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text
    ).split()


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return the sound key of one word from :func:`words`.

    A word that others write as two (``habibullah``, ``gm``) has two keys, separated by a space;
    a word in another script is its own key.
    """
    return " ".join(_key(part) for part in _parts(word))


def sounds(text: str) -> str:
    """Return the keys of all words, separated by spaces, for the search by sound.

    Titles (Smt., Late) and links (ud, ul) are left out, unless there is nothing else.
    """
    found = words(text)
    return " ".join([sound(word) for word in _significant(found)])


def distinctive_sounds(text: str) -> str:
    """Return the keys of distinctive words; common and often omitted words are left out.

    Mehrajuddin is entered as Mehraj, Ashraf as Mohd Ashraf. Empty if no word is distinctive.
    """
    return " ".join(_key(part) for part in _named(text) if _weight(part) == 1.0)


def alike(a: str, b: str) -> float:
    """Return how alike two full names are, 0 to 1; see :data:`MAY_BE_SAME`.

    The order of words does not matter. Missing initials, abbreviations and common names count
    little; endings that distinguish a woman's name from a man's (Tahira, Tahir) count much.
    """
    left, right = sorted((_named(a), _named(b)))  # sorted: symmetric
    if not left or not right:
        return 0.0
    pairs = sorted(
        ((_word_alike(x, y), i, j) for i, x in enumerate(left) for j, y in enumerate(right)),
        key=lambda pair: -pair[0],
    )
    matched, weights, worst = 0.0, 0.0, 1.0
    rest_left, rest_right = set(range(len(left))), set(range(len(right)))
    for likeness, i, j in pairs:
        if i in rest_left and j in rest_right:
            rest_left.discard(i)
            rest_right.discard(j)
            weight = min(_weight(left[i]), _weight(right[j]))
            matched += likeness * weight
            weights += weight
            worst = min(worst, likeness)
    missing = sum(_weight(left[i]) for i in rest_left) + sum(_weight(right[j]) for j in rest_right)
    return (2 * matched / (weights + missing / 2) + worst) / 3


def _significant(found: list[str]) -> list[str]:
    return [word for word in found if word not in _TITLES and word not in _LINKS] or found


def _named(text: str) -> list[str]:
    return [part for word in _significant(words(text)) for part in _parts(word)]


@lru_cache(maxsize=50_000)
def _parts(word: str) -> tuple[str, ...]:
    """Expand an abbreviation and split names written as one word."""
    word = _ALIASES.get(word, word)
    if len(word) > 6:
        word = _ENDING.sub(_split_ending, word)
    return tuple(word.split())


def _split_ending(found: re.Match[str]) -> str:
    return " ull" if "l" in found.group() else " "


def _key(word: str) -> str:
    if not word.isascii() or not word.isalpha():
        return word
    word = word.replace("ph", "f").replace("ch", "\x01").replace("ck", "k")
    word = _VOWEL_W.sub("", word).translate(_FOLDS).replace("\x01", "c")
    word = _DOUBLES.sub(r"\1", _LATER_H.sub("", word))
    return _LATER_VOWELS.sub("", _FIRST_VOWELS.sub(_first_vowel, word))


def _first_vowel(found: re.Match[str]) -> str:
    run = found.group()
    if run[0] == "a":
        return "i" if run[1:2] in {"i", "e"} else "u" if run[1:2] == "u" else "a"
    return "i" if run[0] in "ie" else "u"


def _weight(word: str) -> float:
    return 0.4 if len(word) == 1 else _LIGHT.get(word, 1.0)


@lru_cache(maxsize=50_000)
def _word_alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if 1 in (len(a), len(b)):
        return 0.8 if a[0] == b[0] else 0.0
    likeness: float = Indel.normalized_similarity(a, b)
    if frozenset({a, b}) in _APART:
        return min(likeness, 0.6)
    key = _key(a)
    if key != _key(b):
        return 0.85 * likeness
    if _ending(a) != _ending(b) and key not in _EITHER:
        return min(likeness, 0.45)
    return max(likeness, 0.93)


def _ending(word: str) -> str:
    """Return the vowel a word ends in: a, i, u or "" (a final e is silent)."""
    found = _LAST_VOWELS.search(word)
    if not found or found[1] == "e" or word.endswith("que"):
        return ""
    run = set(found[1])
    return "a" if run == {"a"} else "i" if run & set("eiy") else "u"
