"""How a page asks for another page, without knowing any."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.review.inbox import Wanted
    from fieldkit.store import Draft


class SavedRecord(NamedTuple):
    """A record that was saved in a form."""

    kind: str
    id: str
    label: str = ""
    """What it is called in a sentence."""
    new: bool = False
    """It was created, not corrected."""
    more: bool = False
    """The form goes on to the next one."""


AfterSave = Callable[[SavedRecord], Awaitable[object]]
"""What is done once a record is saved, before the next key counts."""
Open = Callable[[], Awaitable[object]]
"""Opens one page or form."""


class PersonAnswers(NamedTuple):
    """What is done with the answer to "Same person?" about a known record, by its number."""

    different: Callable[[str], Awaitable[object]]
    """They are different people."""
    take_back: Callable[[str], Awaitable[object]]
    """They may be the same after all."""
    told_apart: Callable[[], Collection[str]]
    """Returns those who were said to be different, as it stands now."""
    same: Callable[[str, int | None], Awaitable[object]] | None = None
    """They are the same; with the version of the record as it was shown. None: not offered."""
    merges: bool = False
    """Whether both are saved, so that the same person's records can be merged."""
    stays: bool = False
    """Whether the page stays open once nobody is left to decide about."""


class MenuEntry(NamedTuple):
    """A line of the menu: its words, the keys that do the same, and what it opens."""

    words: str
    keys: str
    open: Open
    group: str = "This page"


class Among(NamedTuple):
    """Some records of a kind, as a figure counts them."""

    title: str
    ids: Sequence[str]
    under: str = "Progress"
    """The page that counts them."""


class Navigator(Protocol):
    """Opens pages. Each method returns once the page is on the screen."""

    async def open_form(
        self,
        kind: str,
        *,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
        draft: Draft | None = None,
        after: AfterSave | None = None,
    ) -> None:
        """Open the form of a kind: empty, with ``texts``, of a record, or with a draft."""

    async def open_new(
        self, kind: str, *, texts: Mapping[str, str] | None = None, draft: Draft | None = None
    ) -> None:
        """Open the form of a new record or a draft; once saved, a new record's page follows."""

    async def open_draft(self, draft: Draft) -> None:
        """Open an unfinished form; as plain text if its form cannot show all of it."""

    async def open_record(self, kind: str, record_id: str, *, said: str = "") -> None:
        """Open a record: its page with the sentence ``said``, or its form if it has no page."""

    async def open_same_person(self, record: Record, answers: PersonAnswers) -> None:
        """Open those who may be the person of a record, saved or not, beside it."""

    async def open_review(self, section: str = "") -> None:
        """Open what waits for a decision, or one section of it."""

    async def open_pairs(self, first: tuple[str, ...] = (), wanted: Wanted | None = None) -> None:
        """Open the pairs that may be one person; ``first``: kind and numbers to begin with."""

    async def open_last_saved(self) -> None:
        """Open the record that the operator saved last."""

    async def open_action(self, kind: str, field: str, record_id: str, label: str) -> None:
        """Take the action that ``field`` of ``kind`` declares, for the record it refers to."""

    async def open_job(self, kind: str, *, ask: bool = False) -> None:
        """Open the job that a kind has on Home; ``ask``: which record, though one was taken."""

    async def open_list(self, kind: str, among: Among | None = None) -> None:
        """Open the list of a kind, or of some records alone."""

    async def open_lists(self) -> None:
        """Open the choice of lists."""

    async def open_due(self, what: str = "") -> None:
        """Open what is due, or one sort of it."""

    async def open_decide(
        self, entries: Sequence[tuple[str, str]], done: Callable[[str], Awaitable[object]]
    ) -> None:
        """Open the decision on records of one kind; ``done`` is called with what was decided."""

    async def open_waiting(self) -> None:
        """Open the decisions that wait, by stage and age."""

    async def open_sent_back(self) -> None:
        """Open what was entered here and sent back, to be corrected."""

    async def open_reports(self) -> None:
        """Open the choice of reports."""

    async def open_days(self, kind: str, record_id: str, label: str) -> None:
        """Open the days of a training or programme, a record of ``kind``."""

    async def open_hand_over(self) -> None:
        """Open the hand-over of toolkits, one after another."""

    async def open_import(self) -> None:
        """Open the import of a spreadsheet."""

    async def open_reconcile(self, kind: str = "") -> None:
        """Open the comparison with a list of the portal, of one kind or of any."""

    async def open_sync(self, *, begin: bool = False) -> None:
        """Open the sync page; ``begin``: start a sync too."""

    async def open_devices(self, first: str = "") -> None:
        """Open the devices of a supervisor's area; ``first``: the number of the marked one."""

    async def open_late(self, first: str = "") -> None:
        """Open the changes that came too late for their area; ``first``: the marked one."""

    async def open_print(self, kind: str, record_id: str) -> None:
        """Open what can be printed of a record: its slip, and lists of people."""

    async def open_blank(self, kind: str) -> None:
        """Open the paper forms of a kind."""

    async def open_entries(self, kind: str = "", *, move: bool = False) -> None:
        """Open what the operator entered; ``move``: ask since when to move all to a block."""

    async def open_closing(self) -> None:
        """Open the close of the day."""

    async def open_own_figures(self) -> None:
        """Open the operator's own figures."""

    async def open_conflicts(
        self, *, first: str | None = None, record_id: str | None = None
    ) -> None:
        """Open the conflicts, of one record or all, one after the other from ``first`` on."""

    async def open_enrolment(self) -> None:
        """Open the enrolment with a server."""

    async def open_operators(self) -> None:
        """Open the change of operator."""

    async def open_passphrase(self, name: str, then: Open) -> None:
        """Ask an operator for their passphrase, or for a new one; then call ``then``."""

    async def open_own_passphrase(self) -> None:
        """Ask for the operator's passphrase, then for a new one."""

    async def open_protection(self, then: Open | None = None) -> None:
        """Offer to encrypt the data with a passphrase; ``then``: what follows in any case."""

    async def open_lock_after(self) -> None:
        """Open the choice of when the laptop locks itself."""

    async def lock(self) -> None:
        """Lock the laptop."""

    async def open_help(self) -> None:
        """Open the keys and words."""

    async def open_menu(self) -> None:
        """Open the menu of everything."""
