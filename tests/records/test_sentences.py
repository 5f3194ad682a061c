from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records import test_funds_and_livelihoods as funds
from tests.records import test_outreach_rules as outreach
from tests.records import test_rules as rules

from fieldkit.protocol.change import Json, canonical
from fieldkit.records import Finding, Record, RuleContext, judge, kinds, rules_of, sentence
from fieldkit.records.declaration.review import looks
from fieldkit.records.declaration.sentences import GENERAL
from fieldkit.records.fields.dates import RELEASED

NOT_SAID = "something to check"
CASES = (rules, funds, outreach)
MORE: list[tuple[Record, list[Record], Record | None]] = [
    (rules.toolkit(state="DELIVERED"), [], rules.toolkit(state="SELECTED")),
    (rules.toolkit(state="SELECTED"), [], rules.toolkit(state="DELIVERED")),
    (rules.group(), list(rules.others(3)), rules.group()),
    (rules.batch(training_type="ADV"), [], None),
    (rules.enrolment(state="COMPLETED", days_attended=6), [], None),
    (rules.enrolment(state="COMPLETED", assessment="PASS"), [], None),
    (
        rules.member(member_code="M1"),
        [
            rules.group(id="7KQ2M9XD-8", name="Roshni"),
            rules.member(id=rules.OTHER, member_code="M1", self_help_group_id="7KQ2M9XD-8"),
        ],
        None,
    ),
]
"""Records that break the variants of a rule that the cases of the rules leave out."""


class Everywhere(rules.Register):
    """Records at hand, none of them deleted."""

    def has(self, kind: str, record_id: str) -> bool:
        return self.get(kind, record_id) is not None


def found() -> Iterator[Finding]:
    """Yield what all the cases of the rules break, at the laptop and at the server."""
    cases: list[tuple[Record, list[Record], Record | None]] = [
        *((record, [], None) for cases in CASES for record, _, _ in cases.ALONE),
        *((record, known, None) for cases in CASES for record, known, _, _ in cases.AMONG),
        *MORE,
    ]
    for record, known, before in cases:
        for today in (rules.TODAY, RELEASED):
            around = Everywhere([*known, record])
            context = RuleContext(today, before, around)
            yield from judge(record, context)
            for look in looks(type(record)):
                yield from look(record, context, around)


def test_every_sentence_of_every_rule_is_made() -> None:
    """Each variant is met by a case, its parameters are plain, and its sentence can be made."""
    seen = set()
    for finding in found():
        made = sentence(finding)
        assert NOT_SAID not in made, finding
        assert "{" not in made, made
        assert canonical(dict(finding.params)), finding
        seen.add((finding.name, finding.rule.partition(".")[2]))
    declared = {
        (rule.name, variant)
        for kind in kinds().values()
        for rule in rules_of(kind)
        for variant in rule.says
    }
    assert declared - seen == set()


def test_ids_in_a_sentence_are_the_records_own_or_related() -> None:
    """So the server can leave out what a laptop may not see, without reading the sentence."""
    for finding in found():
        named = set(re.findall(r"[0-9A-Z]{8}-[1-9][0-9]{0,15}", sentence(finding)))
        related = {record_id for _, record_id in finding.related}
        if finding.name in {"unknown_record", "missing_parent", "group_of_the_member"}:
            continue  # they name what the record itself refers to, or its member's group
        if finding.rule == "one_group.unknown_group":
            named = {one for one in named if one in related}
        assert named <= related, finding


def test_a_code_of_another_version_gives_a_general_sentence() -> None:
    newer = Finding("loan", "7KQ2M9XD-1", "product", "tranche_order.of_2031", {"first": "x"})
    assert sentence(newer) == (
        "Product: there is something to check here. Update fieldkit to see what."
    )
    assert NOT_SAID in sentence(replace(newer, rule="tranche_order.not_repaid", params={}))
    assert NOT_SAID in sentence(replace(newer, kind="drone", rule="never_heard_of"))
    assert NOT_SAID in sentence(replace(newer, rule="contested.of_2031", field="nothing"))


def test_a_sentence_made_elsewhere_is_shown_as_it_is() -> None:
    old = Finding("loan", "7KQ2M9XD-1", "product", "tranche_order", text="Look\x1b again.")
    assert sentence(old) == "Look\u00b7 again."


@pytest.mark.parametrize("code", sorted(GENERAL))
def test_general_sentences_are_made(code: str) -> None:
    params: dict[str, Json] = {
        "day": date(2026, 1, 2).isoformat(),
        "number": "7KQ2M9XD-5",
        "other": "7KQ2M9XD-6",
        "other_name": "Ghulam Bhat",
        "title": "beneficiary",
        "wanted": ["member", "beneficiary"],
        "alike": ["name", "mobile"],
        "why": "Too long.",
        "needs": "operator",
        "has": "registrar",
    }
    made = sentence(Finding("beneficiary", "7KQ2M9XD-1", "name", code, params))
    assert NOT_SAID not in made
    assert "{" not in made


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(sorted({finding.rule for finding in found()} | GENERAL.keys())),
    st.dictionaries(st.sampled_from(["day", "other", "wanted", "most", "first", "why"]), PLAIN),
)
def test_no_parameters_break_a_sentence(code: str, params: dict[str, Json]) -> None:
    for kind in ("loan", "member", "beneficiary", "nothing"):
        assert sentence(Finding(kind, "7KQ2M9XD-1", "product", code, params))
