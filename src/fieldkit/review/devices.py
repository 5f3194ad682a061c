"""The devices of a supervisor's area, as the server last listed them.

Functions that take a store run in its thread, and read what is kept here: they work offline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit import __version__
from fieldkit.about.words import area_words, counted, how_long
from fieldkit.plain_text import shown
from fieldkit.protocol.messages.supervision import DeviceItem, DevicesAnswer
from fieldkit.records.fields.dates import Moment

if TYPE_CHECKING:
    from fieldkit.store import Store

DAY = 86_400
_NUMBERS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}", re.ASCII)
_SKEWED = 300
"""A clock that is wrong by more seconds than this is remarked on."""


class Listed(NamedTuple):
    """A device, and the remarks about it."""

    item: DeviceItem
    silent: bool
    remarks: Sequence[str]
    """A sentence for everything odd about it, the gravest first."""

    @property
    def name(self) -> str:
        """Who works at it, as it was enrolled."""
        return shown(self.item.name) or "no name"

    @property
    def area(self) -> str:
        """Its area as people say it."""
        return area_of(self.item.district, self.item.block)

    @property
    def place(self) -> str:
        """Its block, else its district: what tells it apart in a list."""
        return self.area.removeprefix("Block ").partition(",")[0]


class Devices(NamedTuple):
    """The devices of the area, silent ones first, as of a moment."""

    as_of: int
    """By this laptop's clock, seconds since 1970 UTC."""
    now: int
    """The same moment by the server's clock."""
    silent_days: int
    listed: Sequence[Listed]
    more: bool = False
    """Whether the server left some out."""


class SilentDevice(NamedTuple):
    """A device that has not synced for long, or of which two copies are in use."""

    number: int
    name: str
    role: str
    district: int | None
    block: int | None
    since: int
    """Its last sync, or when it was enrolled; seconds since 1970 UTC."""
    sentence: str
    as_of: int
    """When the server listed it."""


def find(store: Store) -> list[SilentDevice]:
    """Return the devices to see to, the longest silent first; empty if none were fetched yet."""
    known = kept_devices(store)
    if known is None:
        return []
    found = [
        SilentDevice(
            one.item.id,
            one.name,
            one.item.role,
            one.item.district,
            one.item.block,
            _last_sign(one.item),
            " ".join(one.remarks),
            known.as_of,
        )
        for one in known.listed
        if one.silent or (one.item.copies and one.item.revoked_at is None)
    ]
    return sorted(found, key=lambda one: one.since)


def kept_devices(store: Store) -> Devices | None:
    """Return the devices as the server last listed them; None if they were never fetched."""
    kept = store.kept_answer(DevicesAnswer)
    return in_order(kept.answer, kept.at) if kept else None


def in_order(answer: DevicesAnswer, as_of: int) -> Devices:
    """Return devices in order, with the remarks about each: silent ones, others, revoked ones."""
    listed = [_listed(one, answer) for one in answer.devices]

    def place(one: Listed) -> tuple[bool, bool, int]:
        revoked = one.item.revoked_at is not None
        return revoked, not one.silent, _last_sign(one.item) if one.silent else one.item.id

    return Devices(as_of, answer.now, answer.silent_days, sorted(listed, key=place), answer.more)


def area_of(district: int | None, block: int | None) -> str:
    """Return the name of an area; without district and block: all districts."""
    return area_words(district, block) if district is not None else "All districts"


def sealed_words(device: DeviceItem) -> str:
    """Return what a revoked device handed in: how many changes, since when."""
    changes = counted(sum(one.changes for one in device.sealed), "change", "changes")
    first = min((one.since for one in device.sealed if one.since is not None), default=None)
    since = f", since {Moment().show(first)}" if first is not None else ""
    return f"{changes} handed in, sealed{since}"


def became_words(verdicts: Mapping[str, int], left: int) -> str:
    """Return what became of sealed work that was admitted."""
    taken = verdicts.get("applied", 0) + verdicts.get("conflict", 0)
    said = [f"{counted(taken, 'change is', 'changes are')} taken in."]
    if verdicts.get("conflict"):
        said.append(f"{counted(verdicts['conflict'], 'value is', 'values are')} to settle.")
    if late := verdicts.get("late", 0) + verdicts.get("waiting", 0):
        said.append(f"{late} late or waiting for another record.")
    if refused := verdicts.get("rejected", 0):
        said.append(f"{refused} not accepted.")
    if left:
        said.append(
            f"{left} cannot be taken: earlier changes are missing, the server has other changes of "
            "this laptop in their place, or it was enrolled again and sends them itself. Admit "
            "again once the laptop has handed in the rest, or discard them."
        )
    return " ".join(said)


def _last_sign(device: DeviceItem) -> int:
    return device.last_seen or device.enrolled_at


def _listed(device: DeviceItem, answer: DevicesAnswer) -> Listed:
    waited = answer.now - _last_sign(device)
    newest = max(answer.program, __version__, key=_version)
    silent = device.revoked_at is None and not device.own and waited > answer.silent_days * DAY
    remarks = []
    if silent:
        sign = "No sync" if device.last_seen else "Enrolled, and never synced"
        remarks.append(f"{sign} for {how_long(waited)}.")
    if device.copies:
        remarks.append("Two copies of it are in use: enrol one of them again with a new code.")
    if device.held_before:
        others = ", ".join(str(one) for one in device.held_before)
        revoked = {one.id for one in answer.devices if one.revoked_at is not None}
        both = "it" if revoked.issuperset(device.held_before) else "both"
        remarks.append(
            f"Its code was used on the laptop of device {others}. If it was meant for another "
            f"laptop, revoke {both} and give new codes."
        )
    if device.skew is not None and abs(device.skew) > _SKEWED:
        way = "ahead" if device.skew > 0 else "behind"
        remarks.append(f"Its clock is {how_long(device.skew)} {way}.")
    if device.sealed:
        remarks.insert(0, f"{sealed_words(device)}: admit or discard them.")
    if device.unsent and not device.sealed:
        left = counted(device.unsent, "change was", "changes were")
        remarks.append(f"{left} still not sent after its last sync.")
    if device.revoked_at is None and _is_behind(device.program, newest):
        remarks.append(f"It has fieldkit {shown(device.program)}: install {newest} on it.")
    return Listed(device, silent, remarks)


def _is_behind(program: str, newest: str) -> bool:
    """Say whether a version is older; of an unknown one nothing is said."""
    return () < _version(program) < _version(newest)


def _version(program: str) -> tuple[int, ...]:
    """Return the numbers a version begins with, so that 0.10 is after 0.9."""
    numbers = _NUMBERS.match(program)
    return tuple(int(one) for one in numbers[0].split(".")) if numbers else ()
