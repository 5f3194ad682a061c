from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from types import ModuleType

import pytest

from fieldkit import reference
from fieldkit.files.layout.headings import meaning
from fieldkit.records import Choice, Field, Record, Use, Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.credit.loan import Loan
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.reference.choices import fold

ROOT = Path(__file__).resolve().parents[2]

OURS = {
    "beneficiary",
    "verification",
    "training_centre",
    "training_batch",
    "training_enrolment",
    "toolkit",
    "loan",
    "group_loan",
    "fund_release",
    "self_help_group",
    "member",
    "village_organisation",
    "cluster_federation",
    "income_entry",
    "insurance_cover",
    "cadre",
    "cadre_month",
    "farm_practice",
    "enterprise",
    "support",
    "convergence",
    "programme",
    "attendance",
    "common_service_centre",
    "visit",
    "story",
    "grievance",
    "action_point",
    "market_event",
    "outlet",
    "product",
    "producer_organisation",
    "producer_year",
    "officer_assignment",
    "area_coverage",
    "target",
    "ranking",
    "snapshot",
    "entry_check",
    "scheme_limit",
    "export_log",
}


def fields() -> Iterator[tuple[type[Record], str, Field]]:
    for kind in kinds().values():
        for name, field in kind.form_fields().items():
            yield kind, name, field


def test_the_kinds_are_there_parents_first() -> None:
    names = list(kinds())
    assert set(names) == OURS
    for name, kind in kinds().items():
        for wanted in kind.references().values():
            for parent in wanted.kinds:
                assert parent == name or names.index(parent) < names.index(name)


def test_every_field_has_a_label_a_section_and_a_column() -> None:
    for kind, name, field in fields():
        assert field.label, (kind, name)
        assert field.section, (kind, name)
        assert name in kind.table().columns, (kind, name)


def test_every_column_but_id_and_district_may_be_empty() -> None:
    for kind in kinds().values():
        for column in kind.table().columns:
            if column.name not in {"id", "district", "deleted"}:
                assert column.nullable, (kind, column.name)


def test_every_list_exists_and_every_condition_can_be_met() -> None:
    for kind, name, field in fields():
        if isinstance(field.format, Choice):
            assert reference.options(field.format.list), (kind, name)
        for condition in field.applies:
            asked = kind.fields()[condition.field].format
            if isinstance(asked, Choice):
                codes = {entry.code for entry in asked.options()}
                assert set(condition.values) <= codes, (kind, name)


def test_sections_stand_together_and_fit_a_screen() -> None:
    for kind in kinds().values():
        asked = kind.form_fields().values()
        sections = [
            (title, list(held)) for title, held in groupby(asked, lambda field: field.section)
        ]
        titles = [title for title, _ in sections]
        assert len(titles) == len(set(titles)), kind
        assert len(sections[0][1]) <= 12, kind
        assert all(len(held) <= 14 for _, held in sections), kind


def test_no_heading_of_a_spreadsheet_means_two_fields() -> None:
    for kind in kinds().values():
        meant: dict[str, str] = {}
        for name, field in kind.form_fields().items():
            for heading in (name, field.label, *reference.headings(kind.parts(), name)):
                plain = fold(heading.replace("_", " ")).replace(" ", "")
                assert meant.setdefault(plain, name) == name, (kind, heading)


def test_the_usual_headings_of_a_roster_are_known() -> None:
    for name, heading in (
        ("name", "Name of Beneficiary"),
        ("relation_name", "S/o, D/o, W/o"),
        ("mobile", "Mobile No."),
        ("born", "Date of Birth"),
        ("trade_code", "Trade Name"),
        ("name", "नाम"),
    ):
        meant = meaning(heading, Beneficiary)
        assert meant is not None
        assert meant.target == name


def test_same_and_order_name_fields_of_the_kind() -> None:
    for kind in kinds().values():
        assert kind.order in kind.fields()
        for key in kind.match_keys:
            assert {name.removeprefix("~") for name in key} <= set(kind.fields()), kind
        assert set(kind.recognised_by) <= set(kind.fields()), kind
        assert bool(kind.recognised_by) == kind.person, kind
        assert not (kind.person and kind.match_keys), kind


def test_every_default_reads_in_its_own_format() -> None:
    for kind, name, field in fields():
        if field.default:
            assert field.format.parse(field.default) is not None, (kind, name)


def test_the_artisans_form_asks_first_what_is_needed_now() -> None:
    asked = list(Beneficiary.form_fields())
    assert asked[:11] == [
        "name",
        "relation",
        "relation_name",
        "gender",
        "born",
        "mobile",
        "aadhaar_last4",
        "category",
        "village",
        "trade_code",
        "bars",
    ]
    assert asked.index("ration_card") < asked.index("ifsc") < asked.index("wants_credit")
    assert {name: field.due for name, field in Beneficiary.fields().items() if field.due} == {
        "mobile": "stage 1",
        "bars": "stage 1",
        "ration_card": "stage 1",
        "portal_no": "stage 2",
        "ifsc": "stage 3",
        "account_no": "stage 3",
    }


def test_few_fields_are_required() -> None:
    required: dict[str, list[str]] = {name: [] for name in kinds()}
    for kind, name, field in fields():
        if field.required:
            required[kind.kind()].append(name)
    assert required["beneficiary"] == ["name", "trade_code"]
    assert required["self_help_group"] == ["name"]
    assert required["member"] == ["name", "self_help_group_id"]
    assert all(len(names) <= 3 for names in required.values())


def test_a_bar_is_opened_by_its_yes_alone() -> None:
    asks = Beneficiary.fields()
    assert not asks["bar_credit"].asked({"bars": None})
    assert not asks["bar_credit"].asked({"bars": False})
    assert asks["bar_credit"].asked({"bars": True})
    assert not asks["credit_scheme"].asked({"bars": True, "bar_credit": False})
    assert asks["credit_scheme"].asked({"bars": True, "bar_credit": True})


def test_a_toolkit_asks_by_its_state() -> None:
    def asked(state: str) -> set[str]:
        return {
            name for name, field in Toolkit.form_fields().items() if field.asked({"state": state})
        }

    assert "voucher_no" not in asked("SELECTED")
    assert "voucher_no" in asked("VOUCHER_ISSUED")
    assert "barcode" in asked("DISPATCHED") - asked("ORDERED")
    assert {"delivered_on", "condition"} <= asked("DELIVERED") - asked("DISPATCHED")
    assert "complaint" in asked("DEFECTIVE") - asked("DELIVERED")


@pytest.mark.parametrize(
    ("kind", "values", "derived"),
    [
        (Beneficiary, {"relation": "SO"}, {"gender": "M"}),
        (Beneficiary, {"relation": "WO"}, {"gender": "F"}),
        (Member, {"relation": "DO"}, {"gender": "F"}),
        (Beneficiary, {"relation": "CO"}, {}),
        (Beneficiary, {}, {}),
        (
            TrainingEnrolment,
            {"days_attended": 6, "beneficiary_id": "7KQ2M9XD-1"},
            {"stipend_amount": 3000},
        ),
        (TrainingEnrolment, {"days_attended": 6, "member_id": "7KQ2M9XD-1"}, {}),
    ],
)
def test_what_follows_from_what_is_typed(
    kind: type[Record], values: dict[str, Value], derived: dict[str, Value]
) -> None:
    assert kind.derive(values) == derived


def test_an_ifsc_fills_bank_and_branch() -> None:
    ifsc = "JAKA0CHADOO"
    branch = reference.branch(ifsc)
    assert branch is not None
    for kind in (Beneficiary, SelfHelpGroup, Loan):
        assert kind.derive({"ifsc": ifsc}) == {
            "bank_name": branch.bank,
            "bank_branch": branch.branch,
        }
    assert "bank_branch" not in Beneficiary.derive({"ifsc": "JAKA0ZZZZZZ"})
    assert "bank_name" in Beneficiary.derive({"ifsc": "JAKA0ZZZZZZ"})


def test_what_stands_on_a_timeline() -> None:
    artisan = Beneficiary(csc="CSC Chadoora", registered_on=date(2025, 9, 17))
    assert artisan.event() == "Registered: CSC Chadoora"
    assert artisan.happened_on() == date(2025, 9, 17)
    decision = Verification(stage="1", decision="APPROVED")
    assert decision.event() == "Stage 1 approved: Gram Panchayat"
    returned = Verification(stage="2", decision="RETURNED", reason="Ration card missing")
    assert returned.event() == "Stage 2 returned with a query: district (Ration card missing)"
    toolkit = Toolkit(
        state="DELIVERED",
        toolkit_code="TK-CARP-A",
        selected_on=date(2026, 1, 2),
        delivered_on=date(2026, 3, 12),
    )
    assert toolkit.event() == "Toolkit handed over: Carpenter, Set A"
    assert toolkit.happened_on() == date(2026, 3, 12)
    trained = TrainingEnrolment(state="COMPLETED", days_attended=6, assessment="PASS")
    assert trained.event() == "Training completed: 6 days, passed"
    assert Attendance(programme_id="7KQ2M9XD-1", present=False).event() == "Programme: absent"
    assert Member(office="PRES").event() == "Joined the group as president"


def test_an_older_record_with_unknown_codes_still_says_something() -> None:
    for kind in kinds().values():
        codes = {
            name: "LONG AGO"
            for name, field in kind.form_fields().items()
            if isinstance(field.format, Choice)
        }
        record = kind.of({"id": "7KQ2M9XD-1", **codes})
        assert record.label()
        assert record.event()


@pytest.mark.parametrize("typed", ["weaver", "Pashmina weaving", "Carpet", "sozni", "Handloom"])
def test_weaving_is_turned_away_with_advice(typed: str) -> None:
    trade = Beneficiary.fields()["trade_code"].format
    with pytest.raises(ValueError, match="not among the 18 trades"):
        trade.parse(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("coir weaver", "BASK"), ("Carp", "CARP"), ("darzi", "TAIL"), ("Mason", "MASN")],
)
def test_a_trade_is_found_by_any_of_its_names(typed: str, code: str) -> None:
    assert Beneficiary.fields()["trade_code"].format.parse(typed) == code


ADDED = """
from datetime import date
from fieldkit.records import Record, RuleContext, Use, field, judge, kinds, rule, rules_of
from fieldkit.records.fields.formats import PAST_DATE, Reference

class HomeVisit(Record, table=True):
    "A visit to an artisan at home."
    title = "Visit"
    plural = "Visits"
    order = "visited_on"
    beneficiary_id: str | None = field("Artisan", Reference(("beneficiary",)),
        section="Visit", required="a visit is to one artisan")
    visited_on: date | None = field("Day", PAST_DATE, uses=Use.HAPPENED)

@rule(HomeVisit, "visited_on", source="a test", says="Nobody visits on Sunday.")
def not_on_sunday(visit: HomeVisit, context: RuleContext) -> bool:
    return visit.visited_on.weekday() == 6

assert kinds()["home_visit"] is HomeVisit
assert list(kinds()).index("home_visit") > list(kinds()).index("beneficiary")
assert list(HomeVisit.form_fields()) == ["beneficiary_id", "visited_on", "remarks"]
assert HomeVisit.fields()["visited_on"].section == "Visit"
assert HomeVisit.table().name == "home_visit"
assert {"id", "district", "beneficiary_id", "extra"} <= set(HomeVisit.table().columns.keys())
visit = HomeVisit(id="7KQ2M9XD-1", visited_on=date(2026, 11, 22))
assert visit.happened_on() == date(2026, 11, 22)
assert [rule.name for rule in rules_of(HomeVisit)] == ["not_on_sunday"]
found = [(f.field, f.rule) for f in judge(visit, RuleContext(date(2026, 11, 22)))]
assert found == [("beneficiary_id", "required"), ("visited_on", "not_on_sunday")]
"""


def test_adding_a_kind_is_adding_one_class() -> None:
    # In a process of its own, so that no other test meets the added kind.
    done = subprocess.run(
        [sys.executable, "-c", ADDED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_uses_are_declared_where_search_needs_them() -> None:
    for kind in (Beneficiary, Member):
        assert kind.person
        assert kind.used(Use.NAME) == ["name"]
        assert kind.used(Use.KIN) == ["relation_name"]
        assert kind.used(Use.DIGITS) == ["mobile"]
        assert kind.used(Use.PLACE) == ["village"]
    assert not SelfHelpGroup.person
    assert SelfHelpGroup.used(Use.CODE) == ["code"]


def _writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_fields", ROOT / "scripts/write_fields.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_document_of_fields_is_up_to_date() -> None:
    written = (ROOT / "docs/FIELDS.md").read_text(encoding="utf-8")
    assert written == _writer().document(), "run python scripts/write_fields.py"


def test_the_table_of_who_may_write_is_up_to_date() -> None:
    written = (ROOT / "docs/server.md").read_text(encoding="utf-8")
    assert written == _writer().with_writers(written), "run python scripts/write_fields.py"
    assert "| Attendance | registrar |" in written


def test_an_artisan_who_was_only_entered_is_not_called_registered() -> None:
    for status in (None, "DRAFT"):
        assert "not registered" in Beneficiary.of({"id": "A", "status": status}).event()
    assert Beneficiary.of({"id": "A", "status": "SUBMITTED"}).event() == "Registered on the portal"


def test_no_kind_postpones_its_annotations() -> None:
    """Reading them from strings would take a third of the time in which the records load."""
    bases = {base for kind in kinds().values() for base in kind.__mro__ if issubclass(base, Record)}
    modules = {sys.modules[base.__module__] for base in bases if base.__module__ in sys.modules}
    assert [one.__name__ for one in modules if "annotations" in vars(one)] == []
