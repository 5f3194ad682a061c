"""Made-up households of a district: what a roster holds, and what is typed at the counter after it.

Each household has one mobile or several, a ration card, one village; it has twins, sons named
nearly alike, daughters who marry. Many people of a village have the same name. A person typed
again is spelt otherwise, has another mobile, a lone birth year, slips of the finger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from benchmarks.matching.split import Part, part_of, spellings
from fieldkit.reference import options
from fieldkit.sample.area import Area, area, given_names, second_names, surnames

DISTRICT = 2
SEED = 20261129
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Resident:
    """One person as they are, whatever a form makes of it."""

    household: str
    name: str
    relation: str
    kin: str
    gender: str
    born: str
    mobile: str
    last_four: str
    village: str
    block: int
    ration_card: str
    ifsc: str
    account: str
    trade: str = "TAIL"

    def values(self) -> dict[str, str | int]:
        """Return the fields of the artisan's form that are filled."""
        found: dict[str, str | int] = {
            "name": self.name,
            "relation": self.relation,
            "relation_name": self.kin,
            "gender": self.gender,
            "born": self.born,
            "mobile": self.mobile,
            "aadhaar_last4": self.last_four,
            "village": self.village,
            "ration_card": self.ration_card,
            "ifsc": self.ifsc if self.account else "",
            "account_no": self.account,
            "trade_code": self.trade,
            "block": self.block,
            "district": DISTRICT,
        }
        return {name: value for name, value in found.items() if value != ""}


def households(seed: int = SEED) -> Iterator[list[Resident]]:
    """Yield made-up households without end, always the same."""
    areas = [area(DISTRICT, int(one.code)) for one in options("block") if one.within == DISTRICT]
    number = 0
    while True:
        number += 1
        random = Random(f"{seed} {number}")
        yield _household(random, random.choice(areas), f"H{number}")


def _household(random: Random, where: Area, number: str) -> list[Resident]:
    community = where.community(random)
    family = random.choice(surnames(community))
    village = random.choice(where.villages).name
    phone = _mobile(random)
    card = f"JK{DISTRICT:03}{random.randrange(10**8):08}"
    branch = where.branch(random)
    joint = _account(random, branch)
    grandfather = _full(random.choice(_men(community)), family)
    head = _full(random.choice(_men(community)), family)
    year = random.randint(1955, 1985)

    def made(name: str, relation: str, kin: str, born: str) -> Resident:
        own_phone, own_account = random.random(), random.random()
        return Resident(
            number,
            name,
            relation,
            kin,
            "M" if relation == "SO" else "F",
            born,
            phone if own_phone < 0.6 else "" if own_phone < 0.67 else _mobile(random),
            f"{random.randrange(10_000):04}" if random.random() < 0.9 else "",
            village,
            where.block,
            card if random.random() < 0.6 else "",
            branch,
            "" if own_account < 0.5 else joint if own_account < 0.6 else _account(random, branch),
        )

    people = [made(head, "SO", grandfather, _born(random, year))]
    if random.random() < 0.7:
        last = random.choice([*second_names(community), family])
        wife = _full(random.choice(given_names(community, "F")), last)
        people.append(made(wife, "WO", head, _born(random, year + random.randint(-2, 6))))
    taken: list[str] = []
    for _ in range(random.choice((0, 1, 2, 2, 3))):
        births = 2 if random.random() < 0.04 else 1
        born = _born(random, random.randint(year + 18, 2006))
        for _twin in range(births):
            gender = random.choice("MF")
            given = _sibling(random, community, gender, taken)
            taken.append(given)
            people.append(made(_full(given, family), {"M": "SO", "F": "DO"}[gender], head, born))
    return people


def _sibling(random: Random, community: str, gender: str, taken: list[str]) -> str:
    """Return a given name that no sibling has; brothers often have names that sound alike."""
    names = (
        [one for one in _men(community) if one not in taken]
        if gender == "M"
        else [one for one in given_names(community, "F") if one not in taken]
    )
    if taken and random.random() < 0.3:
        near = [one for one in names if one[0] == taken[-1][0]]
        return random.choice(near or names)
    return random.choice(names)


@cache
def _men(community: str) -> tuple[str, ...]:
    """Return men's given names; among Muslims also those with Mohammad or Ghulam before them."""
    names = given_names(community, "M")
    if community not in {"kashmiri_muslim", "gujjar_bakarwal"}:
        return names
    single = [one for one in names if " " not in one]
    more = [f"Mohammad {one}" for one in single[::2]] + [f"Ghulam {one}" for one in single[1::4]]
    return (*names, *more)


def _full(given: str, last: str) -> str:
    return given if given.split()[-1] == last else f"{given} {last}"


def _born(random: Random, year: int) -> str:
    if random.random() < 0.12:
        return str(year)
    if random.random() < 0.15:  # many birthdays on papers are made up
        return f"{year}-01-01"
    return f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _mobile(random: Random) -> str:
    return f"{random.choice('6789')}{random.randrange(10**9):09}"


def _account(random: Random, branch: str) -> str:
    digits = 16 if branch.startswith("JAKA") else 14
    return f"0{random.randrange(10 ** (digits - 1)):0{digits - 1}}"


def namesake(random: Random, known: Resident, born: str) -> Resident:
    """Return somebody else of the same name and village; one in three has a father so named too."""
    other = replace(
        known,
        household=known.household + "n",
        born=born,
        mobile=_mobile(random),
        last_four=f"{random.randrange(10_000):04}",
        ration_card="",
        account="",
    )
    if random.random() < 0.33:
        return other
    return replace(other, kin=_full(random.choice(_men("kashmiri_muslim")), known.name.split()[-1]))


def typed_again(random: Random, known: Resident, part: Part) -> Resident:
    """Return the same person as another clerk types them later, from other papers."""
    again = replace(
        known,
        name=_name_again(random, known.name, part),
        kin=_name_again(random, known.kin, part) if random.random() < 0.95 else "",
        born=_born_again(random, known.born),
        mobile=_mobile_again(random, known.mobile),
        last_four=_last_four_again(random, known.last_four),
        village=_village_again(random, known.village, known.block),
        ration_card=known.ration_card if random.random() < 0.5 else "",
        account=known.account if random.random() < 0.6 else "",
    )
    if known.relation == "DO" and random.random() < 0.1:
        husband = _full(random.choice(_men("kashmiri_muslim")), known.name.split()[-1])
        again = replace(again, relation="WO", kin=husband)
    return again


def _born_again(random: Random, born: str) -> str:
    year = int(born[:4])
    if random.random() < 0.10:
        return str(year if random.random() < 0.7 else year + random.choice((-1, 1)))
    if len(born) == 4:
        full = f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        return full if random.random() < 0.4 else born
    return _mistyped_date(random, born) if random.random() < 0.10 else born


def _mobile_again(random: Random, mobile: str) -> str:
    if random.random() < 0.3:
        return _mobile(random) if random.random() < 0.75 else ""
    return _mistyped(random, mobile) if mobile and random.random() < 0.05 else mobile


def _last_four_again(random: Random, digits: str) -> str:
    if random.random() < 0.08:
        return ""
    return _mistyped(random, digits) if digits and random.random() < 0.04 else digits


def _village_again(random: Random, village: str, block: int) -> str:
    if random.random() < 0.08:
        return _respelt(random, village)
    if random.random() < 0.05:
        return random.choice(area(DISTRICT, block).villages).name
    return village


def _name_again(random: Random, name: str, part: Part) -> str:
    found = [_word_again(random, word, part) for word in name.split()]
    if len(found) > 2 and random.random() < 0.08:
        del found[random.choice((0, len(found) - 1))]
    elif len(found) > 1 and random.random() < 0.04:
        found = [*found[1:], found[0]]
    elif random.random() < 0.03:
        found.append(random.choice(("Jan", "Begum", "Mohd", "Bhat")))
    written = " ".join(found)
    return written.upper() if random.random() < 0.2 else written


def _word_again(random: Random, word: str, part: Part) -> str:
    others = _spelt(part).get(word)
    if others and random.random() < 0.35:
        return random.choice(others)
    if len(word) > 3 and random.random() < 0.06:
        return _respelt(random, word)
    if len(word) > 3 and random.random() < 0.03:
        return _mistyped(random, word.lower()).capitalize()
    return word


@cache
def _spelt(part: Part) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in spellings(part):
        if one.same:
            found.setdefault(one.first, []).append(one.second)
            if one.kind != "abbreviation":
                found.setdefault(one.second, []).append(one.first)
    return found


_OTHERWISE = (
    ("ee", "i"), ("i", "ee"), ("oo", "u"), ("u", "oo"), ("a", "aa"), ("q", "k"), ("k", "q"),
    ("w", "v"), ("v", "w"), ("z", "j"), ("f", "ph"), ("sh", "s"), ("ai", "ay"), ("ou", "o"),
    ("o", "u"), ("e", "i"), ("ss", "s"), ("mm", "m"), ("y", "i"), ("h", ""),
)  # fmt: skip


def _respelt(random: Random, word: str) -> str:
    """Write a word as it may be heard."""
    fitting = [pair for pair in _OTHERWISE if pair[0] in word[1:]]
    if not fitting:
        return word
    old, new = random.choice(fitting)
    return word[0] + word[1:].replace(old, new, 1)


def _mistyped(random: Random, text: str) -> str:
    """Slip on one key: left out, twice, exchanged with the next, or the key beside it."""
    at = random.randrange(1, len(text))
    slip = random.randrange(4)
    if text.isdigit():  # the form counts digits
        slip = random.choice((2, 3))
    if slip == 0:
        return text[:at] + text[at + 1 :]
    if slip == 1:
        return text[:at] + text[at - 1 :]
    if slip == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + _beside(random, text[at]) + text[at + 1 :]


def _beside(random: Random, key: str) -> str:
    if key.isdigit():
        return str(random.choice([max(int(key) - 1, 0), min(int(key) + 1, 9)]))
    row = next((row for row in _KEYS if key in row), "")
    at = row.find(key)
    return random.choice(row[max(at - 1, 0) : at + 2] or key)


def _mistyped_date(random: Random, born: str) -> str:
    year, month, day = born.split("-")
    if int(day) <= 12 and random.random() < 0.4:
        return f"{year}-{day}-{month}"
    if random.random() < 0.5:
        return f"{year}-01-01"
    wrong = random.choice(("day", "month", "year"))
    if wrong == "day":
        return f"{year}-{month}-{random.randint(1, 28):02}"
    if wrong == "month":
        return f"{year}-{random.randint(1, 12):02}-{day}"
    return f"{int(year) + random.choice((-10, -1, 1, 10))}-{month}-{day}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What is typed at the counter, and whose record it is."""

    typed: Resident
    known: int | None
    """The place in the roster of the same person; None: a new person."""


def roster(people: int, seed: int = SEED) -> tuple[list[Resident], list[Resident]]:
    """Return the people of a roster, and those of the same households who are not on it."""
    random = Random(f"roster {seed}")
    listed: list[Resident] = []
    outside: list[Resident] = []
    for household in households(seed):
        for one in household:
            (listed if random.random() < 0.7 else outside).append(one)
        if random.random() < 0.05:
            same = namesake(random, household[0], _born(random, random.randint(1955, 2005)))
            listed.append(same)
        if len(listed) >= people:
            return listed[:people], outside
    return [], []


def trials(
    part: Part,
    many: int,
    listed: list[Resident],
    outside: list[Resident],
    *,
    again: float = 0.02,
    in_haste: bool = False,
) -> list[Trial]:
    """Return what is typed: people of the roster again, their families, namesakes and new people.

    ``again``: the share of people who are on the roster already. ``in_haste``: as in a camp, with
    few papers and twice the slips.
    """
    random = Random(f"trials {part}{' in haste' if in_haste else ''}")
    own = [at for at, one in enumerate(listed) if part_of(one.household) == part]
    families = [one for one in outside if part_of(one.household) == part]
    strangers = (one for household in households(SEED + 1) for one in household)
    found: list[Trial] = []
    for at in random.sample(own, round(many * again)):
        found.append(Trial(typed_again(random, listed[at], part), at))
    for one in random.sample(families, round(many * 0.3)):
        found.append(Trial(one, None))
    for at in random.sample(own, round(many * 0.03)):
        born = _born(random, random.randint(1955, 2005))
        found.append(Trial(namesake(random, listed[at], born), None))
    while len(found) < many:
        found.append(Trial(next(strangers), None))
    return [replace(one, typed=_hasty(random, one, part)) for one in found] if in_haste else found


def _hasty(random: Random, trial: Trial, part: Part) -> Resident:
    """Return what is typed of somebody where there is no time: half of the papers are missing."""
    typed = typed_again(random, trial.typed, part) if trial.known is not None else trial.typed
    return replace(
        typed,
        born=typed.born[:4] if random.random() < 0.5 else typed.born,
        last_four=typed.last_four if random.random() < 0.5 else "",
        mobile=typed.mobile if random.random() < 0.8 else "",
        ration_card="",
        account="",
    )
