"""What a heading means: the field of a kind that its words name, in any order and language. Pure.

A heading is read as a set of words: fillers ("of the") and words for the record itself
("applicant") are dropped, and what is left must be all the words of one field. So a heading with a
word that belongs to no field means no field: "Name of the Father" and "Nominee Name" are never
taken for the own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import fuzz

from fieldkit.files.values.targets import BY_AGE, MIDDLE_NAME, NEVER_IMPORTED, SURNAME, targets
from fieldkit.records import Choice, Record, Use
from fieldkit.records.fields.formats import (
    AadhaarLastFour,
    Code,
    Format,
    Mobile,
    Pattern,
    PersonName,
    Reference,
)
from fieldkit.reference import Role, headings, spelled, words_of
from fieldkit.reference.choices import fold

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?|[)\]}]")
_LETTER_PAIR = re.compile(r"(?i)(?<![^\W_])(wd|[a-z])\s?[/\\]\s?([a-z])(?![^\W_])\.?")
"""``S/o``, ``A/c``, ``M/F``: one word each."""
_OF = {
    "s": "son", "d": "daughter", "w": "wife", "wd": "wife", "h": "husband", "c": "care",
    "f": "father", "m": "mother", "r": "resident",
}  # fmt: skip
_RELATIVE_LETTER = re.compile(r"(?i)(?<![^\W_])([fhm])\s?[/.]\s?(?=name)")
"""``F/Name``: the father's."""
_RELATIVES = {"f": "father ", "h": "husband ", "m": "mother "}
_ENUMERATED = re.compile(r"^\s*\(?(q?\d{1,3}|[a-zA-Z])\s*[.):]\s*(?=\S{3})", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*[/,&+;|\\]\s*|\s+(?:and|or|with|cum|alongwith|एवं|और|तथा|या|अथवा|व)\s+", re.IGNORECASE
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STEPS = re.compile(
    r"\s+[-–—>:]+\s+|\s*>+\s*|:+\s*|__+|(?<=\w)[/.\\-](?=\w)"
    r"|(?<=details)[\s_]+|(?<=info)[\s_]+|(?<=information)[\s_]+|(?<=particulars)[\s_]+",
    re.IGNORECASE,
)
"""What parts the names of groups of questions from the question: ``details/name``."""
_LETTERED = re.compile(r"(?i)(?<![^\W_])(section|sec|part|group|page|form)[\s_]*[a-z](?![^\W_])")
"""``section_b``."""
_AS_PER = frozenset({"as", "per", "according"})
_NO_HEADING = re.compile(r"(?i)(column|col|field|unnamed:?)?[\s_]?(\d*|[a-z])")
_WITH = frozenset({"with", "and", "incl", "including", "along", "alongwith"})
_ALIKE = 84
_SHORTEST_MISSPELT = 5
_AGES = ("Age", "Age in years", "Age in completed years")
_MIDDLE, _LAST = ("Middle Name",), ("Surname", "Last Name")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading says its column holds."""

    target: str
    like: str = ""
    """The words it is read as, if it is misspelt."""
    paper: str = ""
    """The paper the value is copied from: "aadhaar" in "name as per Aadhaar"."""
    with_kin: bool = False
    """The heading promises a relative's name behind the own one: "Name & Parentage"."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The words of a heading, or of a part of it, that say something."""

    core: frozenset[str]
    """Words that name what the column holds."""
    head: str
    """``name``, ``number``, both or neither."""
    own: bool
    """It names the record itself."""
    paper: str


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The headings and words known for one kind."""

    exact: Mapping[str, str]
    """Folded heading -> target."""
    known: Mapping[tuple[frozenset[str], str], str]
    """(words, head) -> target."""
    own: frozenset[str]
    vocabulary: frozenset[str]
    name: str
    """The field that holds the record's own name; empty if it has none."""
    kin: str
    """The field that holds a relative's name."""


_HEADS = frozenset({"name", "number"})
_MARKS = frozenset({"sonof", "daughterof", "wifeof", "husbandof", "careof"})
_GENERATED = re.compile(r"\d+|[a-z]{0,2}\d\w*")
"""A number, or the name a form builder makes up for a group: ``ab1cd23``."""


def meaning(heading: str, kind: type[Record]) -> Meaning | None:
    """Return what a heading means for a kind, None if it names no field of it."""
    return _meaning(" ".join(heading.split()), kind)


def own_name(kind: type[Record]) -> str:
    """Return the field that holds the name of a kind's records, if they need one; else ""."""
    return _grammar(kind).name


def says_name(heading: str, kind: type[Record]) -> bool:
    """Say whether a heading holds the word name, or one for the record itself."""
    words = set(spelled(_marked(heading)))
    return Role.NAME in words or not words.isdisjoint(_grammar(kind).own)


def says_marks_only(heading: str) -> bool:
    """Say whether a heading is made of ``S/o``, ``D/o``, ``W/o`` and nothing more."""
    words = {word for part in _JOINED.split(_marked(heading)) for word in spelled(part)}
    return words - _words(Role.FILLER) <= _MARKS


def names_somebody_else(heading: str) -> bool:
    """Say whether a heading names a person other than the record's own."""
    words = {word for part in _JOINED.split(_marked(heading)) for word in spelled(part)}
    return bool(words & (_words(Role.KIN) | _words(Role.OTHER)))


def says_nothing(heading: str) -> bool:
    """Say whether a heading is none: empty, "Column 3", a letter, or a number."""
    return _NO_HEADING.fullmatch(heading) is not None


@cache
def _words(role: Role) -> frozenset[str]:
    return words_of(role)


@lru_cache(maxsize=4096)
def _meaning(heading: str, kind: type[Record]) -> Meaning | None:
    grammar = _grammar(kind)
    if heading in targets(kind):
        return Meaning(heading)
    for text in _spellings_of(heading):
        if found := grammar.exact.get(fold(text)):
            return Meaning(found)
        read = (_of_path, _of_parts) if _is_path(text) else (_of_parts, _of_path)
        if meant := read[0](text, grammar) or read[1](text, grammar):
            return meant
    return None


def _is_path(text: str) -> bool:
    """Say whether a heading is one of a form, ``person/father_name``: not ``Name/Parentage``."""
    group, slash, _ = text.partition("/")
    return bool(slash) and not re.search(r"\s", text) and Role.NAME not in spelled(_marked(group))


def _spellings_of(heading: str) -> Iterator[str]:
    """Yield a heading as it is, without its number, and with its humps and underscores parted."""
    bare = _ENUMERATED.sub("", heading)
    if _BRACKETS.fullmatch(bare):
        bare = bare[1:-1]
    yield from dict.fromkeys((heading, bare, _HUMP.sub(" ", bare)))


def _marked(text: str) -> str:
    """Write the marks of registers as words: ``S/o`` -> ``sonof``, ``A/c`` -> ``ac``."""
    text = _RELATIVE_LETTER.sub(lambda found: _RELATIVES[found[1].lower()], text.replace("_", " "))
    return _LETTER_PAIR.sub(_one_word, text)


def _one_word(pair: re.Match[str]) -> str:
    first, second = pair.group(1, 2)
    of = _OF.get(first.casefold()) if second in "oO" else None
    return f" {of}of " if of else f" {first}{second} "


def _of_parts(text: str, grammar: _Grammar) -> Meaning | None:
    """Read a heading whose parts ("Mobile / Phone", brackets) must all mean the same field."""
    text = _marked(text)
    asides = [found for found in _BRACKETS.findall(text) if found.strip()]
    parts = [part for part in _JOINED.split(_BRACKETS.sub(" ", text)) if part.strip()]
    if not parts:
        return None
    found = _same([_of_words(spelled(part), grammar) for part in parts if _says(part)], grammar)
    for aside in asides:
        found = _with_aside(parts, found, spelled(aside), grammar) if _says(aside) else found
    return found


def _says(part: str) -> bool:
    """Say whether a part holds a word that is no filler."""
    return not _words(Role.FILLER).issuperset(
        word for word in spelled(part) if not word.isdecimal()
    )


def _same(read: Sequence[Meaning | None], grammar: _Grammar) -> Meaning | None:
    """Return the meaning of parts that agree; "name and parentage" is a name with a relative."""
    meanings = [one for one in read if one]
    if not meanings or len(meanings) < len(read):
        return None
    named = [one.target for one in meanings]
    if len(set(named)) == 1:
        return max(meanings, key=lambda one: one.like)
    if grammar.kin and set(named) == {grammar.name, grammar.kin} and named[0] == grammar.name:
        return replace(meanings[0], with_kin=True)
    return None


def _with_aside(
    parts: Sequence[str], found: Meaning | None, aside: tuple[str, ...], grammar: _Grammar
) -> Meaning | None:
    """Read a heading further by what stands in brackets behind it."""
    phrase = _phrase(aside, grammar)
    if not phrase.core and not phrase.head:
        return replace(found, paper=phrase.paper) if found and phrase.paper else found
    if found and phrase.core and phrase.core <= _words(Role.PAPER) and found.target == grammar.name:
        return replace(found, paper=" ".join(sorted(phrase.core)))
    alone = _of_words(aside, grammar)
    if found and alone and (alone.target == found.target or aside[0] in _WITH):
        return _same([found, alone], grammar)
    if found and alone and not phrase.core and found.target != grammar.name:
        return found  # "Trade (name)"
    whole = tuple(word for part in parts for word in spelled(part)) + aside
    return _of_words(whole, grammar) if len(parts) == 1 else None


def _of_words(words: tuple[str, ...], grammar: _Grammar) -> Meaning | None:
    """Read one phrase, then without what only tells two of a kind apart, then corrected."""
    words = tuple(_singular(word, grammar) for word in words)
    if found := _target(_phrase(words, grammar), grammar):
        return found
    fewer = tuple(word for word in words if word not in _words(Role.WHICH))
    if fewer != words and (found := _target(_phrase(fewer, grammar), grammar)):
        return found
    corrected = tuple(_corrected(word, grammar) for word in words)
    if corrected != words and (found := _target(_phrase(corrected, grammar), grammar)):
        return replace(found, like=" ".join(corrected))
    return None


def _target(phrase: _Phrase, grammar: _Grammar) -> Meaning | None:
    target = grammar.known.get((phrase.core, phrase.head))
    if target is None and phrase.head in {"", Role.NAME}:
        if not phrase.core and (phrase.own or phrase.head):
            target = grammar.name
        elif phrase.core and phrase.core <= _words(Role.KIN):
            target = grammar.kin
    return Meaning(target, paper=phrase.paper) if target else None


def _phrase(words: tuple[str, ...], grammar: _Grammar) -> _Phrase:
    """Sort the words of a phrase by what they do."""
    words, paper = _without_paper(words)
    said = [word for word in words if word not in _words(Role.FILLER)]
    return _Phrase(
        frozenset(word for word in said if word not in _HEADS and word not in grammar.own),
        " ".join(sorted(_HEADS.intersection(said))),
        not grammar.own.isdisjoint(said),
        paper,
    )


def _without_paper(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Cut off "as per Aadhaar", "in bank passbook": the paper behind the words."""
    for at, word in enumerate(words[1:], 1):
        if word in _AS_PER or word in {"in", "on"}:
            papers = [w for w in words[at:] if w not in _words(Role.FILLER) and w not in _AS_PER]
            if papers and _words(Role.PAPER).issuperset(papers):
                return words[:at], " ".join(papers)
    return words, ""


def _singular(word: str, grammar: _Grammar) -> str:
    """Drop the s of "Fathers Name", if that leaves a known word."""
    known = grammar.vocabulary
    return word[:-1] if word not in known and word[-1] == "s" and word[:-1] in known else word


def _corrected(word: str, grammar: _Grammar) -> str:
    """Return the known word that a misspelt one is clearly meant for; else the word itself."""
    if word in grammar.vocabulary or len(word) < _SHORTEST_MISSPELT:
        return word
    alike = sorted(
        (
            (fuzz.ratio(word, known), known)
            for known in grammar.vocabulary
            # "Trader" is another word than "trade", not a misspelt one.
            if known[0] == word[0] and len(known) > 3 and not word.startswith(known)
        ),
        reverse=True,
    )[:2]
    if not alike or alike[0][0] < _ALIKE or (len(alike) > 1 and alike[0][0] == alike[1][0]):
        return word
    return alike[0][1]


def _of_path(text: str, grammar: _Grammar) -> Meaning | None:
    """Read the last part of a heading that begins with the name of a group: ``group/name``."""
    text = _LETTER_PAIR.sub(_one_word, text)  # no step within "A/c"
    steps = [_marked(step) for step in _STEPS.split(text) if step and step.strip()]
    if len(steps) < 2:
        return None
    *before, last = steps
    leading = [word for step in before for word in spelled(_LETTERED.sub(" ", step))]
    topics = [
        word for word in leading if word not in _words(Role.FILLER) and not _is_label(word, grammar)
    ]
    if found := _of_words((*topics, *spelled(last)), grammar):
        return found
    found = _of_parts(last, grammar)
    about = frozenset() if found and found.target == grammar.name else _words(Role.TOPIC)
    return found if about.issuperset(topics) else None


def _is_label(word: str, grammar: _Grammar) -> bool:
    """Say whether a word only labels a group of questions: "details", ``ab1cd23``."""
    return (
        word in _words(Role.LABEL) or word in grammar.own or _GENERATED.fullmatch(word) is not None
    )


@lru_cache(maxsize=32)
def _grammar(kind: type[Record]) -> _Grammar:
    """Return what is known of the headings of a kind."""
    fields = kind.fields()
    names = [name for name in kind.used(Use.NAME) if fields[name].required]
    grammar = _Grammar(
        exact=_exact(kind),
        known={},
        own=words_of(Role.OWN, kind.parts()),
        vocabulary=frozenset(),
        name=names[0] if names else "",
        kin="relation_name" if "relation_name" in fields else "",
    )
    phrases = [
        (_phrase(spelled(_marked(heading)), grammar), target)
        for heading, target in _written(kind)
        if not _JOINED.search(_marked(heading))
    ]
    known: dict[tuple[frozenset[str], str], str] = {}
    for phrase, target in phrases:
        if phrase.core:
            known.setdefault((phrase.core, phrase.head), target)
    for phrase, target in phrases:
        for head in _heads_of(fields[target].format if target in fields else None):
            if phrase.core:
                known.setdefault((phrase.core, head), target)
    words = {word for core, _ in known for word in core}
    roles = frozenset[str]().union(*(words_of(role, kind.parts()) for role in Role))
    return replace(grammar, known=known, vocabulary=roles | words)


def _heads_of(form: Format | None) -> tuple[str, ...]:
    """Return the heads that change nothing for a field: "Bank Name", "Mobile Number"."""
    if isinstance(form, Choice | Reference | PersonName):
        return "", Role.NAME
    if isinstance(form, Mobile | AadhaarLastFour | Pattern | Code):
        return "", Role.NUMBER
    return ("",)


def _exact(kind: type[Record]) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for heading, target in _written(kind):
        known.setdefault(fold(heading), target)
    return known


def _written(kind: type[Record]) -> Iterator[tuple[str, str]]:
    """Yield (heading, target): field names and labels first, then the headings of registers.

    Fields the program keeps have only their name.
    """
    fields = {name: field for name, field in kind.fields().items() if name not in NEVER_IMPORTED}
    for name, field in fields.items():
        yield name.replace("_", " "), name
        if not field.system:
            yield field.label, name
    for name in fields:
        yield from ((heading, name) for heading in headings(kind.parts(), name))
    extra = ("born", BY_AGE, _AGES), ("name", MIDDLE_NAME, _MIDDLE), ("name", SURNAME, _LAST)
    for field_name, target, written in extra:
        if field_name in fields and target in targets(kind):
            yield from ((heading, target) for heading in written)
