"""Findings and verdicts as data: what to correct, confirm or review in a record.

Rules make findings on both sides; the server also gives a verdict on a change that it does not
apply. Sentences are made where they are shown (:mod:`fieldkit.records.declaration.sentences`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.shapes import Code, Message, Name, Params, Seq

APPLIED, CONFLICT, REJECTED = "applied", "conflict", "rejected"
LATE = "late"
"""Meant for an area that the device no longer has: a supervisor decides (rule 34)."""
WAITING = "waiting"
"""About a record that the server does not have yet: merged when its creation comes (rule 43)."""


class Severity(StrEnum):
    """What a finding means for saving the record."""

    BLOCK = "block"
    """The record cannot be saved; the typed values stay in the draft."""
    REASON = "reason"
    """Saved after the person confirms that the value is intended."""
    WARN = "warn"
    """Saved; the finding is shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a record, to be shown beside the field it concerns."""

    kind: str
    record_id: str
    field: str
    rule: str
    """The rule's name and, after a dot, the variant if the rule has several sentences."""
    params: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """The parameters of the sentence as JSON: ids, ISO dates, numbers, codes."""
    related: tuple[tuple[str, str], ...] = ()
    """Kind and id of the other records that the sentence names."""
    severity: Severity = Severity.BLOCK
    text: str = ""
    """A finished sentence, from an older server or a field's format; shown unchanged."""

    @property
    def name(self) -> str:
        """The rule's name, without the variant."""
        return self.rule.partition(".")[0]


class Verdict(Message):
    """The result of a change that was not applied in full."""

    seq: Seq
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """``rejected``, ``conflict``, ``late`` or ``waiting``; a later server may know more."""
    field: Name | None = None
    """The field concerned; None for the whole change."""
    rule: Code = ""
    """The reason as a finding's code; empty from an older server."""
    params: Params = {}
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    """The reason as a sentence, from an older server or for an older laptop."""
