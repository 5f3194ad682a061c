"""One device: what is known of it, and what a supervisor may do about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.words import plural
from fieldkit.screens.devices.asking import FetchingPage
from fieldkit.screens.devices.choose_page import ChoosePage, Chosen, area_choices
from fieldkit.screens.devices.code_page import CodePage
from fieldkit.screens.look.charts import Fact, card
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.protocol.messages.supervision import CodeAnswer, DecideSealedAnswer
    from fieldkit.review.devices import Listed
    from fieldkit.store import Store

_AGAIN = "Press Enter again."
_REVOKED = "It was revoked: it cannot sync any more. To use it again, make a code for a new laptop."
_WHERE = "Ctrl+R on its first page, or fieldkit unlock --recover CODE"


class DevicePage(FetchingPage):
    """The facts, and a row for each act; each asks once before it is done."""

    KEYS = keys("Enter do", "Esc back")

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._fetched = True  # the page of all devices has asked

    def fetch(self, store: Store, /) -> object:
        """Ask for the devices of the area."""
        from fieldkit.sync.requests.supervision import fetch_devices

        return fetch_devices(store)

    async def answer(self, _text: str) -> Answer:
        """Answer with the acts, below the facts."""
        one = await self.read(partial(_device, number=self._number), "device")
        if one is None:
            return Answer(mark=None, above=("", "This device is not on the list any more."))
        self.set_header("Devices", one.name, chips=[(Span(f"device {one.item.id}", "dim"),)])
        said: list[Cell] = [(Span(remark, "warn"),) for remark in one.remarks]
        acts = self._acts(one)
        if one.item.revoked_at is not None:
            said.append((Span(_REVOKED, "dim"),))
        width = self.space[0]
        remarks = [line for cell in said for line in wrapped(cell, width, 2)]
        return Answer(acts, above=("", *_facts(one, width), *remarks, ""))

    async def follow_list(self) -> None:
        """Show the device as it is now; where its row is gone, no other act is marked."""
        await self.picker.follow()

    def _acts(self, one: Listed) -> list[Choice]:
        """Return what may be done about the device."""
        recovery = Choice(
            ("Recovery code", (Span("opens it again if its passphrase was forgotten", "dim"),)),
            partial(self._recovery, one),
            key="recovery",
        )
        if one.item.revoked_at is not None:
            return [*self._about_sealed(one), recovery]
        code = Choice(
            ("New code", (Span("its user enrols again with it: same role, same area", "dim"),)),
            partial(self._code, one),
            key="code",
        )
        if one.item.own:
            return [code]
        return [
            code,
            Choice(
                ("Change its area", (Span("from its next sync it has the new one", "dim"),)),
                self._area,
                key="area",
            ),
            Choice(
                ("Revoke", (Span("ends its access; it hands in what it has not sent", "dim"),)),
                partial(self._revoke, one),
                key="revoke",
            ),
            recovery,
        ]

    def _about_sealed(self, one: Listed) -> list[Choice]:
        """Return what may be done about the work that the device handed in, sealed."""
        if not one.item.sealed:
            return []
        return [
            Choice(
                ("Admit its sealed work", (Span("taken in, as if sent in time", "dim"),)),
                partial(self._decide, one, admit=True),
                key="admit",
            ),
            Choice(
                ("Discard its sealed work", (Span("the server deletes it for good", "dim"),)),
                partial(self._decide, one, admit=False),
                key="discard",
            ),
        ]

    async def _decide(self, one: Listed, *, admit: bool) -> None:
        from fieldkit.review.devices import sealed_words
        from fieldkit.sync.requests.supervision import decide_sealed

        numbers = [piece.number for piece in one.item.sealed]
        word = "Admit" if admit else "Discard for good"
        if self.confirmed(f"{word} {numbers}", f"{word}? {sealed_words(one.item)}.", _AGAIN):
            act = partial(decide_sealed, device=self._number, numbers=numbers, admit=admit)
            then = partial(self._decided, admit=admit)
            self.begin(act, then, "Admitting ..." if admit else "Discarding ...")

    async def _decided(self, answer: DecideSealedAnswer, *, admit: bool) -> None:
        from fieldkit.review.devices import became_words

        became = became_words(answer.verdicts, answer.left)
        await self._done(became if admit else "The sealed work is discarded.", answer.device)

    async def _code(self, one: Listed) -> None:
        from fieldkit.sync.requests.supervision import device_code

        if self.confirmed(f"code {self._number}", f"Make a new code for {one.name}?", _AGAIN):
            act = partial(device_code, device=self._number)
            self.begin(act, self._show_code, "Asking for a code ...")

    async def _show_code(self, made: CodeAnswer) -> None:
        await self.app.push_screen(CodePage(made))

    async def _recovery(self, one: Listed) -> None:
        from fieldkit.sync.requests.supervision import recovery_code

        question = f"Make a code that opens {one.name} without the passphrase?"
        if self.confirmed(f"recovery {self._number}", question, _AGAIN):
            act = partial(recovery_code, device=self._number)
            self.begin(act, self._show_recovery, "Asking for a code ...")

    async def _show_recovery(self, made: CodeAnswer) -> None:
        await self.app.push_screen(CodePage(made, _WHERE))

    async def _area(self) -> None:
        areas = await self.read(area_choices, "areas")

        async def take(chosen: Chosen) -> None:
            from fieldkit.sync.requests.supervision import change_area

            act = partial(
                change_area, device=self._number, district=chosen.district, block=chosen.block
            )
            said = f"From its next sync it has: {chosen.words}."
            self.begin(act, partial(self._done, said), "Changing the area ...")

        await self.app.push_screen(
            ChoosePage("Change its area", "Area", areas, take, "Give it {words}?")
        )

    async def _revoke(self, one: Listed) -> None:
        from fieldkit.sync.requests.supervision import revoke

        question = f"Revoke device {self._number}, {one.name}, for good?"
        if self.confirmed(f"revoke {self._number}", question, _AGAIN):
            act = partial(revoke, device=self._number)
            said = (
                f"Device {self._number} is revoked. At its next sync it hands in what is not sent."
            )
            self.begin(act, partial(self._done, said), "Revoking ...")

    async def _done(self, said: str, _item: object) -> None:
        await self.picker.follow()
        self.say(said, done=True)
        self.fetch_again()


def _device(store: Store, number: int) -> Listed | None:
    from fieldkit.review.devices import kept_devices

    found = kept_devices(store)
    listed = found.listed if found else ()
    return next((one for one in listed if one.item.id == number), None)


def _facts(one: Listed, width: int) -> list[Cell]:
    from fieldkit.records.fields.formats import Moment

    item, moment = one.item, Moment()
    unsent = "not known" if item.unsent is None else plural(item.unsent, "change")
    facts = [
        Fact("Role", item.role),
        Fact("Area", one.area),
        Fact("Enrolled", moment.show(item.enrolled_at)),
        Fact("Last sync", moment.show(item.last_seen) or "never"),
        Fact("Last changes", moment.show(item.last_batch) or "none yet"),
        Fact("On the server", plural(item.changes, "change")),
        Fact("Not sent", unsent),
        Fact("fieldkit", item.program or "version not known"),
    ]
    if item.revoked_at is not None:
        facts.append(Fact("Revoked", moment.show(item.revoked_at)))
    return [*card(facts, width)]
