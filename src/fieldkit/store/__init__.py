"""The laptop's database: one file, one door to save by, one stream of changes out of it."""

from fieldkit.store.drafts import Draft, Drafts
from fieldkit.store.duplicates import Alike
from fieldkit.store.edits import Edit, to_json
from fieldkit.store.errors import Busy, Damaged, DiskFull, Refused, StoreError, Unwritable
from fieldkit.store.identity import Device
from fieldkit.store.outbox import Logged, Outbox, Standing, SyncSession, Verdict
from fieldkit.store.reading import Event, Page, Records, State
from fieldkit.store.saving import Saved
from fieldkit.store.store import Hit, Store

__all__ = [
    "Alike",
    "Busy",
    "Damaged",
    "Device",
    "DiskFull",
    "Draft",
    "Drafts",
    "Edit",
    "Event",
    "Hit",
    "Logged",
    "Outbox",
    "Page",
    "Records",
    "Refused",
    "Saved",
    "Standing",
    "State",
    "Store",
    "StoreError",
    "SyncSession",
    "Unwritable",
    "Verdict",
    "to_json",
]
