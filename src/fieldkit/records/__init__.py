"""What is recorded: the kinds, their fields, formats and rules. Pure: no file, no network.

A kind is one class. Importing this package knows them all, with their rules; :func:`kinds` lists
them. Kinds stand in ``people``, ``training``, ``toolkits``, ``loans``, ``groups`` and ``outreach``,
rules in ``eligibility``, ``attending``, ``delivery``, ``lending`` and ``membership``.
"""

from fieldkit.protocol.change import Change, Json, Op, canonical, first_head
from fieldkit.protocol.identity import RecordId, derived_origin, is_origin, new_origin, read_id
from fieldkit.protocol.limits import unsendable
from fieldkit.records.artisans import delivery, eligibility
from fieldkit.records.artisans.beneficiary import Beneficiary, Verification
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community import membership
from fieldkit.records.community.groups import (
    ClusterFederation,
    Member,
    SelfHelpGroup,
    VillageOrganisation,
)
from fieldkit.records.credit import lending
from fieldkit.records.credit.loan import Loan
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.record import Record, kind_name, kinds
from fieldkit.records.declaration.roles import check_roles
from fieldkit.records.declaration.rule import (
    Finding,
    Known,
    Nothing,
    RuleContext,
    Severity,
    judge,
    rule,
    rules_of,
)
from fieldkit.records.fields.formats import Choice, Doubtful, Format, Reference, Unfit, Value
from fieldkit.records.outreach.programme import Attendance, Programme
from fieldkit.records.training import attending
from fieldkit.records.training.batch import (
    TrainingBatch,
    TrainingCentre,
    TrainingEnrolment,
    stipend,
)

__all__ = [
    "Attendance",
    "Beneficiary",
    "Change",
    "Choice",
    "ClusterFederation",
    "Condition",
    "Doubtful",
    "Field",
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
    "RuleContext",
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

check_roles()
