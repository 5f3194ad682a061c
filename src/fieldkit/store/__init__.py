"""The laptop's database: one file, one door to save by, one stream of changes out of it."""

from fieldkit.store.answers import (
    Answered,
    Arrived,
    FindingNote,
    FocusAt,
    Held,
    PullState,
    ScopeOf,
    ServerRow,
)
from fieldkit.store.conflicts import Conflict, Noted, OpenAbout
from fieldkit.store.deciding import Keep
from fieldkit.store.drafts import Draft, Drafts
from fieldkit.store.duplicates import Alike
from fieldkit.store.edits import Edit, to_json
from fieldkit.store.errors import Busy, Damaged, DiskFull, Refused, Settled, StoreError, Unwritable
from fieldkit.store.identity import Device, Notice
from fieldkit.store.outbox import LogCount, Logged, Outbox, Standing, SyncSession, Verdict
from fieldkit.store.pull import Pull
from fieldkit.store.reading import Event, Page, Records, State
from fieldkit.store.saving import Saved
from fieldkit.store.store import Hit, Store

__all__ = [
    "Alike",
    "Answered",
    "Arrived",
    "Busy",
    "Conflict",
    "Damaged",
    "Device",
    "DiskFull",
    "Draft",
    "Drafts",
    "Edit",
    "Event",
    "FindingNote",
    "FocusAt",
    "Held",
    "Hit",
    "Keep",
    "LogCount",
    "Logged",
    "Noted",
    "Notice",
    "OpenAbout",
    "Outbox",
    "Page",
    "Pull",
    "PullState",
    "Records",
    "Refused",
    "Saved",
    "ScopeOf",
    "ServerRow",
    "Settled",
    "Standing",
    "State",
    "Store",
    "StoreError",
    "SyncSession",
    "Unwritable",
    "Verdict",
    "to_json",
]
