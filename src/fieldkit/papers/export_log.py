"""The one place where records leave as files, on paper or as a backup: it logs the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from fieldkit.records.declaration.exported import Exported, holds_personal_data
from fieldkit.records.declaration.roles import log_of_exports
from fieldkit.records.fields.dates import believed, day_at
from fieldkit.store import Edit

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.reports.formats.page import Page
    from fieldkit.store import Store

Way: TypeAlias = Literal["export", "print", "person-data", "backup"]


def log_export(
    store: Store, kind: type[Record], many: int, form: str, operator: str, way: Way = "export"
) -> None:
    """Log that records of a kind left this laptop; of none, or of the log itself, nothing is.

    Raises:
        StoreError: the log could not be written.
    """
    if not kind.program_log:
        _log(store, kind.kind(), many, form, operator, way, personal=holds_personal_data(kind))


def log_backup(store: Store, operator: str) -> None:
    """Log that all records of this laptop were copied to a file, if there are any.

    Raises:
        StoreError: the log could not be written.
    """
    log = log_of_exports().kind()
    many = sum(count for kind, count in store.counts().items() if kind != log)
    _log(store, None, many, "sqlite3", operator, "backup", personal=True)


def _log(
    store: Store, kind: str | None, many: int, form: str, operator: str, way: Way, *, personal: bool
) -> None:
    if not many:
        return
    scope, device = store.pull.state().scope, store.device
    if scope is not None:
        district, block = scope.district, scope.block
    else:
        district, block = (device.district, device.block) if device else (None, None)
    done = Exported(
        exported_by=operator,
        exported_on=believed(day_at(store.now())),
        way=way,
        record_kind=kind,
        records=many,
        file_format=form,
        of_district=district,
        of_block=block,
        personal=personal,
    )
    given = {name: value for name, value in done._asdict().items() if value is not None}
    store.save([Edit(log_of_exports(), given)], operator)


def log_page(store: Store, page: Page, form: str, operator: str, way: Way = "print") -> None:
    """Log that a page left this laptop, if it holds records.

    Raises:
        StoreError: the log could not be written.
    """
    from fieldkit.records import kinds

    if page.holds is not None:
        log_export(store, kinds()[page.holds.kind], page.holds.records, form, operator, way)
