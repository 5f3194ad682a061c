"""Time from a key press to the painted letter: in the biggest forms, and in one bare Input."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from string import ascii_lowercase

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import FIELDKIT, home_with
from benchmarks.starting import BARE, BARE_LABEL, HOME_LABEL
from benchmarks.terminal import BACKSPACE, CTRL_N, DOWN, ENTER, UP, Terminal

ROUNDS = 4
WORDS = [ascii_lowercase[start : start + 13] for start in range(10)]
"""Words typed one after another; each is deleted before the next."""
GAP = 0.04
"""Seconds between keys of a fast typist."""
NAMES = [
    ("Ghulam Mohammad Bhat", "Abdul Ahad Bhat"),
    ("Mushtaq Ahmad Dar", "Ghulam Nabi Dar"),
    ("Zahoor Ahmad Lone", "Ali Mohammad Lone"),
]
"""Frequent names of people and their fathers: many in a roster are like them."""
COLUMNS, ROWS = 120, 40
"""Of a terminal that shows those alike in a panel: both programs paint one of this size."""


def measure(people: int) -> list[Figure]:
    """Alternate the bare Input and the forms of an artisan and of a group's member."""
    home = {"FIELDKIT_HOME": str(home_with(people))}
    bare: list[float] = []
    forms: dict[str, list[float]] = {"artisan": [], "member": []}
    openings = {"artisan": _open_artisan, "member": _open_member}
    for _ in range(ROUNDS):
        bare += bare_delays()
        for title, delays in forms.items():
            with Terminal(FIELDKIT, home) as terminal:
                terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
                openings[title](terminal)
                delays += _delays(terminal)
    return [
        *_alike(home),
        *_forms(forms, bare),
    ]


def bare_delays(columns: int = 80, rows: int = 24) -> list[float]:
    """Type words into a bare Input; return the milliseconds of each letter."""
    with Terminal(BARE, columns=columns, rows=rows) as terminal:
        terminal.until(lambda screen: bool(screen.row(BARE_LABEL)))
        return _delays(terminal)


def _alike(home: dict[str, str]) -> list[Figure]:
    """Type names of people that are looked up in the whole roster when their fields are left."""
    bare: list[float] = []
    alike: list[float] = []
    for _ in range(ROUNDS):
        bare += bare_delays(COLUMNS, ROWS)
        with Terminal(FIELDKIT, home, columns=COLUMNS, rows=ROWS) as terminal:
            terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
            _open_artisan(terminal)
            alike += _delays_alike(terminal)
    what = "key to paint, form of an artisan beside those alike, p95"
    return [Figure(what, p95(alike), p95(bare), "ms", budget=1.5)]


def _delays_alike(terminal: Terminal) -> list[float]:
    """Type names and fathers' names; return the milliseconds of each letter.

    Each field is left while the people of the one before are still looked up.
    """
    terminal.settle()
    delays: list[float] = []
    for round_ in range(4):
        for name, father in NAMES:
            delays += _letters(terminal, "Name as on Aadhaar", name)
            relation = "s" if not round_ and name == NAMES[0][0] else ""
            _one_by_one(terminal, [DOWN, *relation, DOWN])
            delays += _letters(terminal, "Father or husband", father)
            _one_by_one(terminal, [DOWN])
            if name == NAMES[0][0]:
                terminal.until(lambda screen: bool(screen.row("Same person?")))
            _one_by_one(terminal, [UP] * 3)
    return delays


def _one_by_one(terminal: Terminal, keys: Iterable[str]) -> None:
    for key in keys:
        terminal.press(key)
        terminal.rest(GAP)


def _letters(terminal: Terminal, label: str, text: str) -> Iterator[float]:
    """Type a text over what stands in a field; yield the milliseconds of each letter.

    How a name may go on is shown before it is typed, so a letter is there once the cursor is
    behind it, too.
    """

    def shows(typed: str, before: tuple[int, int]) -> Callable[[Terminal], bool]:
        def shown(screen: Terminal) -> bool:
            line = screen.row(label).partition(label)[2].strip()
            return line.startswith(typed) and screen.cursor != before

        return shown

    for typed in (text[:length] for length in range(1, len(text) + 1)):
        before = terminal.cursor
        pressed = terminal.press(typed[-1])
        yield (terminal.until(shows(typed.strip(), before)) - pressed) * MILLI
        terminal.rest(GAP)


def _forms(forms: Mapping[str, list[float]], bare: list[float]) -> list[Figure]:
    return [
        Figure(f"key to paint, form of a {title}, p95", p95(delays), p95(bare), "ms", budget=1.5)
        for title, delays in forms.items()
    ]


def _open_artisan(terminal: Terminal) -> None:
    terminal.press(CTRL_N)
    terminal.until(lambda screen: bool(screen.row("New artisan")))


def _open_member(terminal: Terminal) -> None:
    terminal.press("/")
    terminal.until(lambda screen: bool(screen.row("Go to")))
    terminal.press("list members")
    terminal.until(lambda screen: bool(screen.row("List: Members")))
    terminal.press(ENTER)
    terminal.until(lambda screen: bool(screen.row("o order")))
    terminal.press(CTRL_N)
    terminal.until(lambda screen: bool(screen.row("New member")))


def _delays(terminal: Terminal) -> list[float]:
    """Type words into the focused input; return the milliseconds of each letter."""
    terminal.settle()
    delays: list[float] = []
    for word in WORDS:
        for typed in (word[:length] for length in range(1, len(word) + 1)):
            pressed = terminal.press(typed[-1])
            delays.append((terminal.until(_shows(typed)) - pressed) * MILLI)
            terminal.rest(GAP)
        terminal.press(BACKSPACE * len(word))
        terminal.settle()
    return list(islice(delays, 5, None))


def _shows(typed: str) -> Callable[[Terminal], bool]:
    """Return whether a line shows the typed text, ignoring case, as names get capitals."""
    return lambda screen: any(typed in line.casefold() for line in screen.lines)
