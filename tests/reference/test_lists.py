import subprocess
import sys

import pytest

from fieldkit.reference import Option, exact, matching, option, options

LISTS_OF_OWN_FILES = {
    "district": 20,
    "block": 287,
    "tehsil": 208,
    "ulb": 80,
    "trade": 18,
    "toolkit": 20,
    "bank": 39,
    "education": 11,
    "category": 8,
    "livelihood": 23,
    "cadre": 30,
    "training_partner": 10,
    "metric": 75,
}


def codes(found: tuple[Option, ...]) -> list[str | int]:
    return [entry.code for entry in found]


@pytest.mark.parametrize(("name", "size"), LISTS_OF_OWN_FILES.items())
def test_each_file_of_facts_gives_one_whole_list(name: str, size: int) -> None:
    entries = options(name)
    assert len(entries) == len({entry.code for entry in entries}) == size
    assert all(entry.label for entry in entries)


@pytest.mark.parametrize("name", ["block", "tehsil", "ulb"])
def test_places_nest_in_districts_by_lgd_codes(name: str) -> None:
    districts = {entry.code for entry in options("district")}
    entries = options(name)
    assert all(isinstance(entry.code, int) for entry in entries)
    assert {entry.within for entry in entries} == districts


def test_a_toolkit_belongs_to_a_trade_and_is_named_after_it() -> None:
    trades = {entry.code for entry in options("trade")}
    assert {entry.within for entry in options("toolkit")} == trades
    label = getattr(option("toolkit", "TK-BOAT-B"), "label", "")
    assert label == "Boat Maker, Set B (not an official wording)"


def test_code_lists_are_in_display_order() -> None:
    stages = codes(options("pmv_status"))
    assert stages[:3] == ["DRAFT", "SUBMITTED", "S1_PENDING"]
    assert codes(options("programme_kind"))[-4:] == ["MELA", "SLSC", "REVIEW", "EC"]


def test_lists_used_only_by_forms_exist() -> None:
    assert codes(options("relation")) == ["SO", "DO", "WO", "CO"]
    assert codes(options("gender")) == ["F", "M", "T"]
    assert codes(options("decision")) == ["APPROVED", "REJECTED", "RETURNED"]


def test_an_entry_is_found_by_its_code_only() -> None:
    budgam = option("district", 2)
    assert budgam is not None
    assert budgam.label == "Budgam"
    assert option("district", "2") is None
    assert option("district", True) is None
    assert option("district", None) is None
    assert option("trade", "NOPE") is None


def test_an_unknown_list_raises_a_key_error() -> None:
    with pytest.raises(KeyError, match="no list named 'nope'"):
        options("nope")
    with pytest.raises(KeyError, match="no list named 'nope'"):
        option("nope", "X")


@pytest.mark.parametrize(
    ("name", "code", "confirmed"),
    [
        ("pmv_status", "S3_APPROVED", True),
        ("toolkit_state", "ORDERED", False),
        ("toolkit_state", "DELIVERED", True),
        ("programme_kind", "CREDITCAMP", False),
        ("shg_grade", "A", False),
        ("education", "LIT", False),
        ("education", "C10", True),
        ("category", "ST1", False),
        ("category", "ST", True),
        ("category", "OTH", True),
        ("training_partner", "OMPLIS", False),
        ("religion", "MUS", False),
        ("poverty_line", "AAY", False),
        ("toolkit", "TK-CARP-A", False),
        ("gender", "F", True),
    ],
)
def test_entries_without_a_source_are_unconfirmed(name: str, code: str, confirmed: bool) -> None:
    entry = option(name, code)
    assert entry is not None
    assert entry.confirmed is confirmed


def test_unconfirmed_names_match_but_are_not_shown() -> None:
    for trade in options("trade"):
        assert trade.label.isascii()
    assert codes(matching(options("trade"), "درزی")) == ["TAIL"]
    omplis = option("training_partner", "OMPLIS")
    assert omplis is not None
    assert omplis.label == "OMPLIS"


@pytest.mark.parametrize(
    ("name", "code", "label", "marked"),
    [
        (
            "shg_grade",
            "A",
            "Grade A / I (not an official wording)",
            "Grade A / I (not an official wording)",
        ),
        ("category", "SC", "Scheduled Caste", "Scheduled Caste"),
        ("religion", "MUS", "Muslim", "Muslim (not an official wording)"),
    ],
)
def test_labels_for_official_papers_carry_the_mark(
    name: str, code: str, label: str, marked: str
) -> None:
    entry = option(name, code)
    assert entry is not None
    assert (entry.label, entry.marked_label) == (label, marked)


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("toolkit", "Boat Maker, Set B", "TK-BOAT-B"),
        ("shg_grade", "Grade B / II", "B"),
        ("shg_grade", "Grade B / II (not an official wording)", "B"),
        # As files exported by earlier versions have it.
        ("shg_grade", "Grade B / II (name unconfirmed)", "B"),
    ],
)
def test_an_unconfirmed_name_is_read_without_its_mark(name: str, typed: str, code: str) -> None:
    assert getattr(exact(options(name), typed), "code", None) == code


def test_an_empty_text_matches_every_entry() -> None:
    assert matching(options("trade"), "  ") == options("trade")
    assert exact(options("trade"), " ") is None


def test_better_matches_come_first() -> None:
    entries = (
        Option("K1", "Old boat shed", also=("Boathouse",)),
        Option("K2", "Ferry", also=("Boating place",)),
        Option("K3", "Boat maker"),
        Option("K4", "Mooring", also=("boat",)),
        Option("BOAT", "Anything"),
        Option("K5", "Steamboat"),
    )
    assert codes(matching(entries, "boat")) == ["K4", "BOAT", "K3", "K1", "K2"]


@pytest.mark.parametrize("typed", ["tail", "TAILOR", "  darzi ", "Darzi", "दर्जी", "Tailor (Darzi)"])
def test_a_trade_is_found_by_each_of_its_names(typed: str) -> None:
    assert codes(matching(options("trade"), typed)) == ["TAIL"]


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("bank", "jammu & kashmir bank", "JAKA"),
        ("bank", "Jammu and Kashmír Bank", "JAKA"),
        ("bank", "gram bank j", "XJKG"),
        ("district", "badgam", 2),
        ("district", "bdg", 2),
        ("cadre", "krishi sakhi", "CR14"),
        ("relation", "w/o", "WO"),
        ("relation", "wife", "WO"),
        ("gender", "female", "F"),
        ("gender", "Male", "M"),
        ("gender", "महिला", "F"),
        ("education", "10th", "C10"),
        ("education", "matric", "C10"),
        ("education", "CLASS - 12", "C12"),
        ("category", "Scheduled Tribe", "ST"),
        ("shg_kind", "regular", "REG"),
        ("toolkit", "tkboatb", "TK-BOAT-B"),
    ],
)
def test_the_first_match_is_the_one_people_mean(name: str, typed: str, code: str | int) -> None:
    assert matching(options(name), typed)[0].code == code


def test_exact_returns_the_only_entry_meant() -> None:
    found = exact(options("trade"), "barber")
    assert found is not None
    assert found.code == "BARB"
    assert exact(options("trade"), "barb") == found
    assert exact(options("trade"), "bar") is None
    assert exact(options("toolkit"), "barber") is None


def test_a_code_wins_over_an_equal_name() -> None:
    entries = (Option("A", "B"), Option("B", "C", also=("A",)))
    assert [getattr(exact(entries, typed), "code", None) for typed in "abc"] == ["A", "B", "B"]


def test_data_is_read_once_at_first_use() -> None:
    code = (
        "import sys\n"
        "read = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and read.append(str(args[0])))\n"
        "import fieldkit.reference\n"
        "assert not [path for path in read if path.endswith('.csv')], read\n"
        "for _ in range(2):\n"
        "    fieldkit.reference.options('district')\n"
        "assert len([path for path in read if path.endswith('.csv')]) == 1, read\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
