"""A record of each kind as the sample has it can be filled into its form and saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.protocol.change import Op
from fieldkit.records import kinds
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.header_status import HeaderStatus
from fieldkit.screens.base.navigator import SavedRecord
from fieldkit.screens.form.form_page import FormPage
from fieldkit.store import Edit, Store


class Trial(AppBase):
    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.header_status = HeaderStatus(operator="Asha")
        self.results: list[SavedRecord | None] = []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A laptop with the sample of a block and of an office."""
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDKIT_HOME", str(home))
        assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
        assert run(["sample", "--people", "80", "--office", "--out", str(files)]) == 0
        assert run(["import", str(files)]) == 0
        yield home


@pytest.mark.torture
@pytest.mark.parametrize("name", sorted(kinds()))
async def test_a_record_is_filled_in_and_saved(home: Path, name: str) -> None:
    kind = kinds()[name]
    store = Store.open(home)
    found = sorted(store.each(name), key=lambda one: one.id)
    if not found:
        pytest.skip("the sample has none")
    record = found[0]
    store.save([Edit(kind, {}, record.id, op=Op.DELETE)], "Asha")
    texts = {}
    for field in kind.asked_fields():
        value = record.value(field)
        if value is not None and value != "":
            text = value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
            texts[field] = {"True": "y", "False": "n"}.get(text, text)
    store.close()
    app = Trial(home)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open_store()
        page = FormPage(kind, texts=texts)
        app.push_screen(page, app.results.append)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        for _ in range(3):
            await pilot.press("ctrl+s")
            await app.workers.wait_for_complete()
            await pilot.pause()
            if app.results:
                break
        said = app.results or _wrong(page)
        assert isinstance(app.results[0] if app.results else None, SavedRecord), said


def _wrong(page: FormPage) -> dict[str, str]:
    """Return what a form says against its fields."""
    fields = page.model.fields if page.model else {}
    return {name: field.wrong for name, field in fields.items() if field.wrong}
