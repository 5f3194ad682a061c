"""Opens every page. Pages load when they are first opened, so that the start stays short."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.navigator import AfterSave, Among, Open, PersonAnswers, SavedRecord
from fieldkit.screens.base.page import Page, say_on_screen

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.review.inbox import Wanted
    from fieldkit.screens.lookup.printing import Paper
    from fieldkit.screens.protection.locking import Locking
    from fieldkit.store import Draft


class Navigation:
    """The navigator of the application; see :class:`fieldkit.screens.base.navigator.Navigator`."""

    def __init__(self, app: AppBase, locking: Locking) -> None:
        self._app, self._locking = app, locking

    # --- forms ---

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
        from fieldkit.records import kinds
        from fieldkit.screens.form.form_page import FormPage

        async def saved(record: SavedRecord) -> None:
            if not record.more:
                say_on_screen(self._app, f"Saved: {record.label}, {record.id}")
            if after:
                await after(record)

        await self._app.push_screen(
            FormPage(kinds()[kind], record_id=record_id, texts=texts, draft=draft, after=saved)
        )

    async def open_new(
        self, kind: str, *, texts: Mapping[str, str] | None = None, draft: Draft | None = None
    ) -> None:
        """Open the form of a new record or a draft; once saved, a new record's page follows."""
        from fieldkit.records.declaration.roles import has_page

        async def saved(record: SavedRecord) -> None:
            if record.new and not record.more and has_page(record.kind):
                await self.open_record(record.kind, record.id, said=f"Saved: {record.label}")

        await self.open_form(kind, texts=texts, draft=draft, after=saved)

    async def open_draft(self, draft: Draft) -> None:
        """Open an unfinished form; as plain text if its form cannot show all of it.

        So too if its kind is unknown here, or its record is no longer on this laptop.
        """
        from fieldkit.records import kinds
        from fieldkit.screens.records.stale_draft_page import StaleDraftPage, texts_not_asked

        kind, record_id = kinds().get(draft.kind), draft.record_id
        here = kind is None or record_id is None
        if not here:
            found = await self._app.ask(lambda store: store.get(draft.kind, record_id or ""))
            here = found is not None
        if kind is None or not here or texts_not_asked(kind, draft.texts):
            await self._app.push_screen(StaleDraftPage(draft, here=here))
        else:
            await self.open_new(draft.kind, draft=draft)

    # --- records and lists ---

    async def open_record(self, kind: str, record_id: str, *, said: str = "") -> None:
        """Open a record: its page with the sentence ``said``, or its form if it has no page.

        Of what the program logs, only what is in it: nobody types it.
        """
        from fieldkit.records import kinds
        from fieldkit.records.declaration.roles import has_page

        if has_page(kind) and kind in kinds():
            from fieldkit.screens.records.record_page import RecordPage

            page = RecordPage(record_id)
            await self._app.push_screen(page)
            page.say(said)
        elif kind in kinds() and kinds()[kind].program_log:
            from fieldkit.screens.records.history_page import HistoryPage

            await self._app.push_screen(HistoryPage(kind, record_id, kinds()[kind].title))
        else:
            await self.open_form(kind, record_id=record_id)

    async def open_same_person(self, record: Record, answers: PersonAnswers) -> None:
        """Open those who may be the person of a record, saved or not, beside it."""
        from fieldkit.screens.same_person.same_person_page import SamePersonPage

        await self._app.push_screen(SamePersonPage(record, answers))

    async def open_review(self, section: str = "") -> None:
        """Open what waits for a decision, or one section of it."""
        from fieldkit.screens.review.inbox_page import InboxPage

        await self._app.opened()
        await self._open_once(InboxPage(section))

    async def open_pairs(self, first: tuple[str, ...] = (), wanted: Wanted | None = None) -> None:
        """Open the pairs that may be one person; ``first``: kind and numbers to begin with."""
        from fieldkit.screens.same_person.pairs import PairKey
        from fieldkit.screens.same_person.pairs_page import PairsPage

        pair = PairKey(*first[:3]) if len(first) > 2 else None
        await self._app.push_screen(PairsPage(pair, wanted))

    async def open_last_saved(self) -> None:
        """Open the record that the operator saved last; say so if there is none."""
        operator = self._app.operator
        saved = await self._app.ask(lambda store: store.last_saved(1, operator))
        if saved:
            await self.open_record(saved[0].kind(), saved[0].id, said="Saved last.")
        elif isinstance(self._app.screen, Page):
            self._app.screen.say("Nothing was saved here yet.")

    async def open_action(self, kind: str, field: str, record_id: str, label: str) -> None:
        """Take the action that ``field`` of ``kind`` declares, for the record it refers to."""
        from fieldkit.records import kinds

        found = kinds()[kind]
        action = found.actions[field]
        if action.known_by:
            from fieldkit.screens.find.known_page import KnownPage

            await self._app.push_screen(KnownPage(found, action.known_by, {field: record_id}))
            return
        if action.roster:
            from fieldkit.screens.attendance.roster_page import RosterPage

            await self._app.push_screen(RosterPage(kind, field, record_id, label))
            return
        there = []
        if action.once:
            there = await self._app.ask(lambda store: store.about(kind, **{field: record_id}))
        if there:
            await self.open_form(kind, record_id=there[-1].id)
        else:
            known = await self._known_texts(kind, record_id) if action.same_person else {}
            await self.open_form(kind, texts={**known, field: record_id})

    async def _known_texts(self, kind: str, record_id: str) -> Mapping[str, str]:
        """Return what the record of a person says for the form of a kind about the same one."""
        from fieldkit.records import kinds
        from fieldkit.screens.find.known_page import known_texts

        person = await self._app.ask(lambda store: store.record(record_id))
        return known_texts(kinds()[kind], person) if person else {}

    async def open_job(self, kind: str, *, ask: bool = False) -> None:
        """Open the job that a kind has on Home; ``ask``: which record, though one was taken.

        A person is looked for and then registered; of a kind whose records are the work of a day,
        the one taken for today is opened; else it is the search for what the kind refers to, or its
        list.
        """
        from fieldkit.records import kinds
        from fieldkit.screens.find.find_page import FindPage, NewPage

        found = kinds()[kind]
        if found.job and found.person:
            await self._app.push_screen(NewPage(kind, found.job.label))
            return
        if found.job and found.job.of_today:
            await self._open_of_today(kind, ask=ask)
            return
        if found.job is None or not found.job.via:
            await self.open_list(kind)
            return
        via = found.job.via

        async def take(_kind: str, record_id: str) -> None:
            page.dismiss(None)
            await self.open_action(kind, via, record_id, "")

        page = FindPage(f"{found.title}: whose?", found.references()[via].kinds, take)
        await self._app.push_screen(page)

    async def _open_of_today(self, kind: str, *, ask: bool) -> None:
        """Open the days of the record taken for today; ask which one if there is none."""
        from fieldkit.records import kinds
        from fieldkit.screens.attendance.camp_page import CampPage, read_taken

        taken = None if ask else await self._app.ask(lambda store: read_taken(store, kind))
        if taken is None:
            await self._app.push_screen(CampPage(kinds()[kind]))
        else:
            await self.open_days(kind, taken.id, taken.label())

    async def open_list(self, kind: str, among: Among | None = None) -> None:
        """Open the list of a kind, or of some records alone."""
        from fieldkit.screens.lists.list_page import ListPage

        await self._app.push_screen(ListPage(kind, among))

    async def open_due(self, what: str = "") -> None:
        """Open what is due, or one sort of it."""
        from fieldkit.screens.lists.due_page import DuePage

        await self._app.push_screen(DuePage(what))

    async def open_decide(
        self, entries: Sequence[tuple[str, str]], done: Callable[[str], Awaitable[object]]
    ) -> None:
        """Open the decision on records of one kind; ``done`` is called with what was decided."""
        from fieldkit.screens.review.decide_pages import ActPage

        await self._app.push_screen(ActPage(entries, done))

    async def open_waiting(self) -> None:
        """Open the decisions that wait, by stage and age."""
        from fieldkit.screens.review.waiting_page import WaitingPage

        await self._open_once(WaitingPage())

    async def open_sent_back(self) -> None:
        """Open what was entered here and sent back, to be corrected."""
        from fieldkit.screens.review.sent_back_page import SentBackPage

        await self._open_once(SentBackPage())

    async def open_reports(self) -> None:
        """Open the choice of reports."""
        from fieldkit.screens.progress.reports.reports_page import ReportsPage

        await self._open_once(ReportsPage())

    async def open_lists(self) -> None:
        """Open the choice of lists."""
        from fieldkit.screens.lists.lists_page import ListsPage

        await self._app.push_screen(ListsPage())

    async def open_days(self, kind: str, record_id: str, label: str) -> None:
        """Open the days of a training or programme, a record of ``kind``."""
        from fieldkit.records.declaration.roles import days_of
        from fieldkit.screens.attendance.days_page import DaysPage

        how = days_of(kind)
        if how is not None:
            page = DaysPage(how, record_id, label)
            await self._app.push_screen(page)
            await page.run_reporting(page.begin)

    async def open_hand_over(self) -> None:
        """Open the hand-over of toolkits, one after another."""
        from fieldkit.screens.attendance.hand_over.hand_over_page import HandOverPage

        await self._app.opened()
        await self._open_once(HandOverPage())

    # --- paper ---

    async def open_print(self, kind: str, record_id: str) -> None:
        """Open what can be printed of a record: its slip, and lists of people."""
        from fieldkit.screens.lookup.printing import papers_of

        await self._open_papers(record_id, papers_of(record_id, kind))

    async def open_blank(self, kind: str) -> None:
        """Open the paper forms of a kind."""
        from fieldkit.records import kinds
        from fieldkit.screens.lookup.printing import blank_papers

        await self._open_papers(kinds()[kind].plural, blank_papers(kind))

    async def _open_papers(self, title: str, papers: Sequence[Paper]) -> None:
        from fieldkit.screens.lookup.printing import print_page

        page = self._app.screen
        if isinstance(page, Page):
            await self._app.push_screen(print_page(title, papers, page.say))

    # --- a working day ---

    async def open_entries(self, kind: str = "", *, move: bool = False) -> None:
        """Open what the operator entered; ``move``: ask since when to move all to a block."""
        from fieldkit.screens.day.entries_page import EntriesPage

        await self._app.push_screen(EntriesPage(kind, move=move))

    async def open_closing(self) -> None:
        """Open the close of the day."""
        from fieldkit.screens.day.closing_page import ClosingPage

        await self._open_once(ClosingPage())

    async def open_own_figures(self) -> None:
        """Open the operator's own figures."""
        from fieldkit.screens.day.own_figures_page import OwnFiguresPage

        await self._open_once(OwnFiguresPage())

    # --- files, sync and the rest ---

    async def open_import(self) -> None:
        """Open the import of a spreadsheet."""
        from fieldkit.screens.files.import_page import ImportPage

        await self._open_once(ImportPage())

    async def open_reconcile(self, kind: str = "") -> None:
        """Open the comparison with a list of the portal, of one kind or of any."""
        from fieldkit.screens.files.import_page import ImportPage
        from fieldkit.screens.files.purpose import Purpose
        from fieldkit.screens.reconcile.compare_page import ComparePage
        from fieldkit.screens.reconcile.listing import labels, understood

        await self._app.opened()
        await self._app.ask(lambda _store: None)  # the records are loaded then
        from fieldkit.records import kinds

        purpose = Purpose(
            "Portal list",
            lambda of: f"Compare these rows with the {of.plural.lower()} here",
            understood,
            labels,
            ComparePage,
            "compare",
            new=False,
        )
        await self._open_once(ImportPage(purpose, kinds().get(kind)))

    async def open_sync(self, *, begin: bool = False) -> None:
        """Open the sync page; ``begin``: start a sync too."""
        from fieldkit.screens.sync.sync_page import SyncPage

        await self._open_once(SyncPage())
        if begin and isinstance(self._app.screen, SyncPage):
            self._app.scheduler.begin()
            self._app.screen.show_start()

    async def open_devices(self, first: str = "") -> None:
        """Open the devices of a supervisor's area; ``first``: the number of the marked one."""
        from fieldkit.screens.devices.devices_page import DevicesPage

        await self._open_once(DevicesPage(first))

    async def open_late(self, first: str = "") -> None:
        """Open the changes that came too late for their area; ``first``: the marked one."""
        from fieldkit.screens.devices.late_page import LatePage

        await self._open_once(LatePage(first))

    async def open_conflicts(
        self, *, first: str | None = None, record_id: str | None = None
    ) -> None:
        """Open the conflicts, of one record or all, one after the other from ``first`` on."""
        from fieldkit.screens.sync.conflict_page import ConflictPage

        await self._app.push_screen(ConflictPage(first, record_id))

    async def open_enrolment(self) -> None:
        """Open the enrolment with a server."""
        from fieldkit.screens.sync.enrol_page import EnrolPage

        if self._app.practice:
            say_on_screen(self._app, "This is practice: it is never enrolled.")
            return
        device = await self._app.ask(lambda store: store.device)
        await self._app.push_screen(EnrolPage((device and device.server) or ""))

    async def open_operators(self) -> None:
        """Open the change of operator."""
        from fieldkit.screens.home.operator_page import OperatorPage

        await self._open_once(OperatorPage())

    # --- passphrases ---

    async def open_passphrase(self, name: str, then: Open) -> None:
        """Ask an operator for their passphrase, or for a new one; then call ``then``."""
        from fieldkit.screens.protection.opening import ask_operator

        await ask_operator(self._app, name, then)

    async def open_own_passphrase(self) -> None:
        """Ask for the operator's passphrase, then for a new one."""
        from fieldkit.screens.protection.opening import ask_own

        await ask_own(self._app)

    async def open_protection(self, then: Open | None = None) -> None:
        """Offer to encrypt the data with a passphrase; ``then``: what follows in any case."""
        from fieldkit.screens.protection.opening import offer

        await offer(self._app, self._locking, then)

    async def open_lock_after(self) -> None:
        """Open the choice of when the laptop locks itself."""
        from fieldkit.screens.protection.after_page import LockAfterPage

        minutes, take = self._locking.idle.minutes, self._locking.take_minutes
        await self._app.push_screen(LockAfterPage(minutes, take))

    async def lock(self) -> None:
        """Lock the laptop."""
        self._locking.lock()

    async def open_help(self) -> None:
        """Open the keys and words."""
        from fieldkit.screens.home.help_page import HelpPage

        await self._open_once(HelpPage())

    async def open_menu(self) -> None:
        """Open the menu of everything, with what the present page adds to it."""
        from fieldkit.screens.home.menu_page import MenuPage

        page = self._app.screen
        entries = page.menu_entries() if isinstance(page, Page) else ()
        await self._open_once(MenuPage(entries))

    async def _open_once(self, page: Page[None]) -> None:
        """Open a page, unless one of its kind is on the screen already."""
        if not isinstance(self._app.screen, type(page)):
            await self._app.push_screen(page)
