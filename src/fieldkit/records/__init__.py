"""What is recorded: the kinds, their fields, formats and rules. Pure: no file, no network.

A kind is one class. Importing this package knows them all, with their rules; :func:`kinds` lists
them. Kinds stand in ``people``, ``training``, ``toolkits``, ``loans``, ``groups`` and ``outreach``,
rules in ``eligibility``, ``attending``, ``delivery``, ``lending`` and ``membership``.
"""

from fieldkit.records import attending, delivery, eligibility, lending, membership
from fieldkit.records.ask import Ask, Use, When
from fieldkit.records.bounds import unsendable
from fieldkit.records.change import Change, Json, Op, canonical, first_head
from fieldkit.records.formats import Choice, Doubtful, Format, Reference, Unfit, Value
from fieldkit.records.groups import ClusterFederation, Member, SelfHelpGroup, VillageOrganisation
from fieldkit.records.identity import RecordId, derived_origin, is_origin, new_origin, read_id
from fieldkit.records.loans import Loan
from fieldkit.records.outreach import Attendance, Programme
from fieldkit.records.people import Beneficiary, Verification
from fieldkit.records.record import Record, kind_name, kinds
from fieldkit.records.rule import Case, Finding, Known, Nothing, Severity, judge, rule, rules_of
from fieldkit.records.toolkits import Toolkit
from fieldkit.records.training import TrainingBatch, TrainingCentre, TrainingEnrolment, stipend

__all__ = [
    "Ask",
    "Attendance",
    "Beneficiary",
    "Case",
    "Change",
    "Choice",
    "ClusterFederation",
    "Doubtful",
    "Finding",
    "Format",
    "Json",
    "Known",
    "Loan",
    "Member",
    "Nothing",
    "Op",
    "Programme",
    "Record",
    "RecordId",
    "Reference",
    "SelfHelpGroup",
    "Severity",
    "Toolkit",
    "TrainingBatch",
    "TrainingCentre",
    "TrainingEnrolment",
    "Unfit",
    "Use",
    "Value",
    "Verification",
    "VillageOrganisation",
    "When",
    "attending",
    "canonical",
    "delivery",
    "derived_origin",
    "eligibility",
    "first_head",
    "is_origin",
    "judge",
    "kind_name",
    "kinds",
    "lending",
    "membership",
    "new_origin",
    "read_id",
    "rule",
    "rules_of",
    "stipend",
    "unsendable",
]
