"""Actions, jobs and days as the kinds declare them."""

from __future__ import annotations

import pytest

from fieldkit.records import kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.credit.loan import Loan
from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.roles import (
    DOMAINS,
    actions_of,
    by_domain,
    check_roles,
    days_of,
    handed_over,
    home_jobs,
    milestones_of,
    newcomer,
    people_in,
)
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.training.training_enrolment import TrainingEnrolment


def test_every_kind_is_in_a_domain_that_has_a_name() -> None:
    domains = dict(by_domain())
    assert [*domains] == [*DOMAINS.values()]
    assert sum(map(len, domains.values())) == len(kinds())
    assert {kind.kind() for kind in domains["Targets and officers"]} >= {"target", "snapshot"}


def test_the_actions_of_a_page_follow_from_what_refers_to_it() -> None:
    found = {(one.action.key, one.action.label, one.kind) for one in actions_of("beneficiary")}
    assert {(key, label, kind.kind()) for key, label, kind in found} == {
        ("t", "training", "training_enrolment"),
        ("k", "toolkit", "toolkit"),
        ("l", "loan", "loan"),
        ("c", "camp", "attendance"),
        ("v", "decide", "verification"),
        ("m", "join a group", "member"),
        ("", "enterprise", "enterprise"),
        ("", "support", "support"),
        ("", "convergence", "convergence"),
        ("", "visit", "visit"),
        ("", "success story", "story"),
        ("", "grievance", "grievance"),
        ("", "product", "product"),
    }
    assert [(one.action.key, one.field) for one in actions_of("programme")] == [
        ("n", "programme_id"),
    ]
    rosters = {
        (page, one.kind.kind()) for page in kinds() for one in actions_of(page) if one.action.roster
    }
    assert rosters == {("training_batch", "training_enrolment")}
    assert Beneficiary.actions == {}


def test_people_and_days_follow_from_references() -> None:
    assert people_in(Attendance) == {"beneficiary": "beneficiary_id", "member": "member_id"}
    assert people_in(Toolkit) == {"beneficiary": "beneficiary_id"}
    days = days_of("training_batch")
    assert days is not None
    assert days.kind is Attendance
    camp = days_of("programme")
    assert camp is not None
    assert not camp.days.enrolled
    assert handed_over() is Toolkit


def test_the_jobs_on_home_are_numbered_and_the_first_person_is_the_newcomer() -> None:
    assert [(one.job.number, one.kind.kind()) for one in home_jobs()] == [
        (1, "beneficiary"),
        (2, "self_help_group"),
        (3, "programme"),
        (4, "training_batch"),
        (5, "toolkit"),
    ]
    assert newcomer() is Beneficiary


@pytest.mark.parametrize("key", ["k", "e", "g", "K"])
def test_a_letter_taken_twice_or_without_a_meaning_is_refused_at_import(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    check_roles()
    monkeypatch.setattr(Loan, "actions", {"beneficiary_id": Action(key, "loan")})
    with pytest.raises(ValueError, match="page of beneficiary"):
        check_roles()


def test_actions_without_a_letter_may_be_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Loan, TrainingEnrolment):
        monkeypatch.setattr(kind, "actions", {"beneficiary_id": Action("", "something")})
    check_roles()


def test_a_job_number_taken_twice_and_an_action_on_no_reference_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in (1, 6):
        monkeypatch.setattr(Loan, "job", Job(number, "Loans"))
        with pytest.raises(ValueError, match="jobs on Home"):
            check_roles()
    monkeypatch.setattr(Loan, "job", Job(0, "Loans", menu="Loans: all"))
    check_roles()
    monkeypatch.setattr(Loan, "actions", {"amount": Action("", "loan")})
    with pytest.raises(ValueError, match="loan"):
        check_roles()


def test_the_row_of_steps_of_a_page_follows_from_what_refers_to_it() -> None:
    row = list(dict.fromkeys(one.milestone.word for one in milestones_of("beneficiary")))
    assert row == [
        *("registered", "stage 1", "stage 2", "stage 3"),
        *("trained", "toolkit", "orientation", "loan"),
    ]
    assert {one.milestone.word for one in milestones_of("member")} == {"joined", "trained", "loan"}
    group = list(dict.fromkeys(one.milestone.word for one in milestones_of("self_help_group")))
    assert group == ["formed", "RF", "CIF", "bank loan"]
    assert not milestones_of("training_batch")


def test_a_milestone_holds_where_its_conditions_do() -> None:
    (orientation,) = [one.milestone for one in milestones_of("beneficiary") if one.milestone.at]
    assert orientation.reached({"present": True}, {"programme_kind": "ORIENT"})
    assert not orientation.reached({"present": True}, {"programme_kind": "AWARE"})
    assert not orientation.reached({"present": True}, None)
    assert not orientation.reached({"present": False}, {"programme_kind": "ORIENT"})
    stage = next(one.milestone for one in milestones_of("beneficiary") if one.milestone.place == 2)
    assert stage.reached({"status": "S2_PENDING"}, None)
    assert not stage.reached({"status": "S1_REJECTED"}, None)
    assert stage.ended({"status": "S1_REJECTED"})
