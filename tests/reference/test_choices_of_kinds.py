from fieldkit.records import Choice, kinds
from fieldkit.reference import exact, options


def asked_lists() -> set[str]:
    return {
        field.format.list
        for kind in kinds().values()
        for field in kind.fields().values()
        if isinstance(field.format, Choice)
    }


def test_every_list_a_form_asks_for_exists_and_holds_entries() -> None:
    asked = asked_lists()
    assert {"district", "trade", "toolkit_state", "shg_kind"} <= asked
    assert all(options(name) for name in asked)


def test_every_entry_reads_back_from_its_code_and_from_its_label() -> None:
    for name in asked_lists():
        for entry in options(name):
            assert exact(options(name), str(entry.code)) == entry
            assert exact(options(name), entry.label) == entry
