"""What is recorded: the kinds, their fields, formats and rules. Pure: no file, no network.

A kind is one class in the package of its domain, with its rules beside it. Importing this package
imports all of them; :func:`kinds` lists them.
"""

from importlib import import_module
from pkgutil import walk_packages

from fieldkit.protocol.messages.finding import Finding, Severity
from fieldkit.records.declaration.field import Condition, Field, Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.permission import check_writers
from fieldkit.records.declaration.record import Record, kind_name, kinds
from fieldkit.records.declaration.review import (
    alike_fields,
    alike_keys,
    person,
    said_different,
    same_person_finding,
    tells_apart,
)
from fieldkit.records.declaration.roles import check_roles
from fieldkit.records.declaration.rule import (
    Broken,
    Known,
    Nothing,
    RuleContext,
    Rules,
    judge,
    rule,
    rules_of,
)
from fieldkit.records.declaration.sentences import sentence
from fieldkit.records.declaration.writers import Writers
from fieldkit.records.fields.formats import Choice, Doubtful, Format, Reference, Unfit, Value

for _found in walk_packages(__path__, f"{__name__}."):
    import_module(_found.name)

check_roles()
check_writers()

__all__ = [
    "Broken",
    "Choice",
    "Condition",
    "Doubtful",
    "Field",
    "Finding",
    "Format",
    "Known",
    "Lifecycle",
    "Nothing",
    "Record",
    "Reference",
    "RuleContext",
    "Rules",
    "Severity",
    "Step",
    "Unfit",
    "Use",
    "Value",
    "Writers",
    "alike_fields",
    "alike_keys",
    "field",
    "judge",
    "kind_name",
    "kinds",
    "lifecycle_rules",
    "person",
    "rule",
    "rules_of",
    "said_different",
    "same_person_finding",
    "sentence",
    "tells_apart",
    "when",
]
