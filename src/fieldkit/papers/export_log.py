"""The one place where records leave as files or on paper: it writes the log of exports."""

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

Way: TypeAlias = Literal["export", "print", "person-data"]


def log_export(
    store: Store, kind: type[Record], many: int, form: str, operator: str, way: Way = "export"
) -> None:
    """Log that records of a kind left this laptop; of none, or of the log itself, nothing is.

    Raises:
        StoreError: the log could not be written.
    """
    if not many or kind.program_log:
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
        record_kind=kind.kind(),
        records=many,
        file_format=form,
        of_district=district,
        of_block=block,
        personal=holds_personal_data(kind),
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
