"""Findings and verdicts: what is to be corrected, confirmed or looked at in a record, as data.

The rules of both sides make findings, and so does the server about a change it does not use. The
sentence is made where it is shown (:mod:`fieldkit.records.declaration.sentences`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from fieldkit.protocol.change import Json
from fieldkit.protocol.shapes import Code, Message, Name, Params, Seq

APPLIED, CONFLICT, REJECTED = "applied", "conflict", "rejected"
"""The words of a verdict."""


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


class Verdict(Message):
    """What became of one change that was not simply applied."""

    seq: Seq
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """``rejected`` or ``conflict``; a later server may know more."""
    field: Name | None = None
    """The field it is about; None for the change as a whole."""
    rule: Code = ""
    """Why, as the code of a finding, with its parameters; empty from an older server."""
    params: Params = {}
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    """The sentence, from an older server or for an older laptop."""
