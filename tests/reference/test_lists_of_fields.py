from fieldkit.records import Choice, kinds
from fieldkit.reference import exact, options


def used_lists() -> set[str]:
    return {
        field.format.list
        for kind in kinds().values()
        for field in kind.fields().values()
        if isinstance(field.format, Choice)
    }


def test_every_list_used_by_a_field_has_entries() -> None:
    used = used_lists()
    assert {"record_district", "trade", "toolkit_state", "shg_kind"} <= used
    assert all(options(name) for name in used)


def test_every_entry_reads_back_from_its_code_and_from_its_label() -> None:
    for name in used_lists():
        for entry in options(name):
            assert exact(options(name), str(entry.code)) == entry
            assert exact(options(name), entry.label) == entry
