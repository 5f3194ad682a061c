"""The profiles of runs, and the actions drawn for a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.simulation.rights import Place

PLACES: tuple[tuple[int, int], ...] = ((2, 16), (2, 17), (2, 18), (3, 22), (3, 24))
"""Districts and blocks (LGD codes) of a run."""


@dataclass(frozen=True)
class Action:
    """An event: its name, the laptop, and the random stream for its details."""

    what: str
    who: int
    stream: int


@dataclass(frozen=True)
class Profile:
    """A kind of run: the number of laptops and the weights of events."""

    name: str
    weights: dict[str, int]
    laptops: tuple[int, int] = (2, 4)
    actions: tuple[int, int] = (14, 34)
    most: tuple[int, ...] = (0, 1, 2, 3)
    """Most changes of a batch and rows of a page; 0: the program's limits."""
    registrars: float = 0.0
    """The share of laptops, but for the first, that may not write everything."""


_WORK = {"person": 6, "group": 2, "edit": 14, "clear": 2, "unknown": 2, "delete": 2}
_FORMS = {"open": 4, "close": 4}
_SYNC = {"sync": 13, "cut": 4, "crash": 2, "old": 2, "busy": 3, "clock": 1}
_STICKS = {"write stick": 12, "apply stick": 12, "take stick": 12, "by stick": 6}
PROFILES: tuple[Profile, ...] = (
    Profile("office", _WORK | _FORMS | _SYNC | {"decide": 3, "move": 2, "mend": 1}),
    Profile(
        "conflicts",
        _WORK | _FORMS | _SYNC | {"person": 2, "edit": 26, "delete": 4, "decide": 12},
    ),
    Profile(
        "roles",
        _WORK
        | _SYNC
        | {"person": 4, "edit": 24, "delete": 4, "decide": 24, "approve": 6, "move": 2}
        | {"mend": 2, "withdraw": 2},
        (3, 4),
        registrars=0.8,
    ),
    Profile(
        "copies",
        _WORK | _FORMS | _SYNC | {"copy": 6, "carry": 1, "clone": 1, "enrol": 1, "decide": 2},
        (1, 3),
    ),
    Profile(
        "restores",
        _WORK | _FORMS | _SYNC | {"backup": 5, "restore": 3, "rollback": 3, "reinstall": 4},
    ),
    Profile(
        "moves",
        _WORK | _SYNC | {"person": 8, "move": 12, "rescope": 3, "sync": 18, "delete": 1},
        (3, 5),
    ),
    Profile(
        "rejections",
        _WORK
        | _SYNC
        | {
            "faraway": 5,
            "refused": 8,
            "edit": 22,
            "mend": 5,
            "withdraw": 3,
            "move": 3,
            "rescope": 4,
            "approve": 4,
            "decide": 2,
        },
        registrars=0.4,
    ),
    Profile(
        "areas",
        _WORK
        | _SYNC
        | {"person": 8, "edit": 18, "move": 5, "rescope": 8, "sync": 18, "weeks": 4}
        | {"close scopes": 2, "take": 6, "leave": 2, "former": 10, "reinstall": 1},
        (3, 4),
        (24, 48),
    ),
    Profile("cuts", _WORK | _SYNC | {"cut": 14, "crash": 12, "old": 8, "busy": 8}),
    Profile(
        "slow line",
        {"person": 1, "edit": 26, "clear": 2, "open": 2, "close": 2, "sync": 8, "cut": 16}
        | {"busy": 4, "decide": 1},
        (2, 3),
        (24, 44),
        most=(1,),
    ),
    Profile(
        "lost server",
        _WORK
        | _FORMS
        | _SYNC
        | {"person": 2, "group": 1, "edit": 30, "open": 2, "close": 2, "sync": 20}
        | {"server backup": 5, "server restore": 5, "decide": 2, "reinstall": 2, "enrol": 2}
        | {"half way": 5, "hostile": 3},
        (2, 3),
        (24, 44),
    ),
    Profile(
        "lies",
        _WORK
        | _FORMS
        | _SYNC
        | {
            "lie": 30,
            "hostile": 12,
            "enrol": 6,
            "clone": 4,
            "reinstall": 4,
            "mend": 2,
            "faraway": 2,
        },
        (2, 3),
        (24, 44),
    ),
    Profile(
        "whole UT",
        _WORK
        | _SYNC
        | {"of ut": 10, "edit of ut": 20, "to ut": 8, "move": 8, "rescope": 3, "weeks": 1}
        | {"sync": 20, "decide": 4, "mend": 3, "withdraw": 1, "take": 2, "leave": 1}
        | {"copy": 1, "reinstall": 2, "enrol": 2, "half way": 1}
        | {"server backup": 2, "server restore": 2},
        (3, 4),
        (24, 44),
        registrars=0.2,
    ),
    Profile(
        "same person",
        _WORK
        | _FORMS
        | _SYNC
        | {"merge": 16, "unmerge": 5, "different": 7, "edit": 16, "delete": 4, "decide": 8}
        | {"sync": 18, "move": 4, "refused": 2, "mend": 1, "copy": 2, "reinstall": 1}
        | {"rescope": 1, "server backup": 1, "server restore": 1},
        (2, 4),
        (24, 44),
        registrars=0.1,
    ),
    Profile(
        "sticks",
        _WORK
        | _STICKS
        | {"sync": 8, "cut": 2, "crash": 1, "clock": 1, "decide": 3, "move": 3, "mend": 1}
        | {"copy": 2, "carry": 1, "enrol": 1, "clone": 1, "rescope": 2, "weeks": 1, "refused": 2}
        | {"backup": 3, "restore": 2, "rollback": 2, "reinstall": 3, "send back": 1, "correct": 1},
        (2, 3),
        (24, 44),
    ),
    Profile(
        "sticks, lost server",
        _WORK
        | _STICKS
        | {"edit": 24, "sync": 12, "cut": 2, "crash": 1, "decide": 3, "faraway": 2, "move": 2}
        | {"server backup": 5, "server restore": 5, "half way": 2, "reinstall": 2, "enrol": 1},
        (2, 3),
        (24, 44),
    ),
    Profile(
        "sent back",
        _SYNC
        | _FORMS
        | {"person": 4, "group": 1, "edit": 8, "clear": 1, "unknown": 1, "delete": 3}
        | {"send back": 18, "correct": 18, "accept": 7, "undo": 3, "forge": 6, "decide": 12}
        | {"sync": 34, "cut": 2, "merge": 4, "unmerge": 2, "different": 1, "move": 4}
        | {"refused": 1, "mend": 1, "withdraw": 3, "copy": 2, "reinstall": 1, "rescope": 1}
        | {"weeks": 1, "take": 2, "server backup": 1, "server restore": 1},
        (3, 5),
        (28, 48),
        registrars=0.4,
    ),
    Profile(
        "all",
        _WORK
        | _FORMS
        | _SYNC
        | {"copy": 1, "rollback": 1, "carry": 1, "backup": 1, "restore": 1}
        | {"reinstall": 1, "enrol": 1, "clone": 1, "lie": 2, "hostile": 3}
        | {
            "move": 3,
            "of ut": 1,
            "edit of ut": 1,
            "to ut": 1,
            "rescope": 1,
            "decide": 4,
            "faraway": 1,
            "refused": 1,
            "mend": 1,
            "withdraw": 1,
            "approve": 1,
            "merge": 3,
            "unmerge": 1,
            "different": 1,
            "write stick": 2,
            "apply stick": 2,
            "take stick": 2,
            "by stick": 1,
            "send back": 3,
            "correct": 3,
            "accept": 1,
            "undo": 1,
            "forge": 1,
        },
        (3, 5),
        (24, 48),
        registrars=0.2,
    ),
)


def profile_of(seed: int) -> Profile:
    """Return the profile of a seed; the last two, which send back, take turns in one place."""
    turn, place = divmod(seed, len(PROFILES) - 1)
    return PROFILES[-1 - turn % 2] if place == len(PROFILES) - 2 else PROFILES[place]


def draw_actions(seed: int, profile: Profile | None = None) -> list[Action]:
    """Draw the actions of a run from its seed."""
    profile = profile or profile_of(seed)
    chance = random.Random(f"{seed}/actions")
    names = sorted(profile.weights)
    weights = [profile.weights[name] for name in names]
    many = chance.randint(*profile.actions)
    # Begin with some people that all laptops know.
    first = [("person", 0), ("person", 1), ("sync", 0), ("sync", 1), ("sync", 2)]
    drawn = [(what, chance.randrange(60)) for what in chance.choices(names, weights, k=many)]
    return [Action(what, who, stream) for stream, (what, who) in enumerate([*first, *drawn])]


def place_name(place: Place) -> str:
    return f"block {place[1]} of district {place[0]}"


def area_name(scope: Place) -> str:
    if scope[0] is None:
        return "everything"
    return f"district {scope[0]}" if scope[1] is None else place_name(scope)
