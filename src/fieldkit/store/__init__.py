"""The laptop's database: one file, one way to save, one log of changes."""

from fieldkit.keys.notes import Notes
from fieldkit.store.errors import (
    Busy,
    Closed,
    Damaged,
    DiskFull,
    NeedsKey,
    OtherKey,
    Refused,
    Settled,
    StoreError,
    Unwritable,
)
from fieldkit.store.files.convert import convert
from fieldkit.store.files.go_back import OnlyHere
from fieldkit.store.files.practice import Practice
from fieldkit.store.log.ended import Ended, SealedPart
from fieldkit.store.log.entries import Entered
from fieldkit.store.log.identity import Device, Notice
from fieldkit.store.log.outbox import LogCount, Logged, LogPosition, Outbox, SyncSession
from fieldkit.store.log.own_keys import DeviceKeys
from fieldkit.store.log.states import State
from fieldkit.store.log.verdicts import SettledChange, UnsettledChanges
from fieldkit.store.pull.answers import (
    Answered,
    FocusAt,
    PullResult,
    PullState,
    ServerRow,
)
from fieldkit.store.pull.bundles import Bundles, WrittenBundle
from fieldkit.store.pull.kept_answers import Kept
from fieldkit.store.pull.pull import Outdated, Pull
from fieldkit.store.read.placed import Placed
from fieldkit.store.read.record_json import to_json
from fieldkit.store.read.records import Event, Page, Records
from fieldkit.store.read.review.conflicts import OpenAbout, OpenConflict
from fieldkit.store.read.review.duplicates import Alike
from fieldkit.store.read.review.sent_back import SentBack
from fieldkit.store.read.review.undecided import Undecided
from fieldkit.store.store import Hit, Store, Weighed
from fieldkit.store.write.decide import Keep, values_of
from fieldkit.store.write.drafts import Draft, Drafts
from fieldkit.store.write.edits import Edit, restoration
from fieldkit.store.write.save import Saved
from fieldkit.store.write.sent_back import sent_back_with

__all__ = [
    "Alike",
    "Answered",
    "Bundles",
    "Busy",
    "Closed",
    "Damaged",
    "Device",
    "DeviceKeys",
    "DiskFull",
    "Draft",
    "Drafts",
    "Edit",
    "Ended",
    "Entered",
    "Event",
    "FocusAt",
    "Hit",
    "Keep",
    "Kept",
    "LogCount",
    "LogPosition",
    "Logged",
    "NeedsKey",
    "Notes",
    "Notice",
    "OnlyHere",
    "OpenAbout",
    "OpenConflict",
    "OtherKey",
    "Outbox",
    "Outdated",
    "Page",
    "Placed",
    "Practice",
    "Pull",
    "PullResult",
    "PullState",
    "Records",
    "Refused",
    "Saved",
    "SealedPart",
    "SentBack",
    "ServerRow",
    "Settled",
    "SettledChange",
    "State",
    "Store",
    "StoreError",
    "SyncSession",
    "Undecided",
    "UnsettledChanges",
    "Unwritable",
    "Weighed",
    "WrittenBundle",
    "convert",
    "restoration",
    "sent_back_with",
    "to_json",
    "values_of",
]
