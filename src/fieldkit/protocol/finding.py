"""A finding: one thing to correct, to confirm or to look at in a record, as data.

The rules of both sides make findings, and so does the server where it does not take a change. The
sentence is made where it is shown (:mod:`fieldkit.records.declaration.sentences`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fieldkit.protocol.change import Json


class Severity(StrEnum):
    """How strongly a rule speaks."""

    BLOCK = "block"
    """The record is not saved like this; what was typed stays in the draft."""
    REASON = "reason"
    """Saved once the person has confirmed that it is meant."""
    WARN = "warn"
    """Saved; the remark is shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a record, to be shown beside the field it concerns."""

    kind: str
    record_id: str
    field: str
    rule: str
    """The rule's name; after a dot the variant, where the rule has several sentences."""
    params: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """What the sentence names, as plain JSON: ids, ISO dates, numbers, codes."""
    related: tuple[tuple[str, str], ...] = ()
    """Kind and id of the other records it names."""
    severity: Severity = Severity.BLOCK
    text: str = ""
    """A sentence that was made elsewhere, by an older server or a field's format: shown as is."""

    @property
    def name(self) -> str:
        """The rule's name, without the variant."""
        return self.rule.partition(".")[0]
