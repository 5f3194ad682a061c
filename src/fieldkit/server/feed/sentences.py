"""Makes the sentences that older laptops get instead of codes and parameters."""

from __future__ import annotations

from collections.abc import Iterable

from fieldkit.protocol.finding import Finding, Verdict
from fieldkit.protocol.messages import Batch, FindingItem
from fieldkit.records import sentence

_LONGEST = 500


def spoken_verdicts(verdicts: Iterable[Verdict], batch: Batch | None) -> list[Verdict]:
    """Return the verdicts on changes of a batch with their reasons as sentences."""
    changes = dict(enumerate(batch.changes, batch.first)) if batch else {}
    return [
        one.model_copy(
            update={"reason": _said(_kind(changes[one.seq]), one), "rule": "", "params": {}}
        )
        if one.rule
        else one
        for one in verdicts
    ]


def _said(kind: str, one: Verdict) -> str:
    return sentence(Finding(kind, "", one.field or "", one.rule, one.params))[:_LONGEST]


def _kind(change: object) -> str:
    """Return the kind that an unvalidated change names, or an empty string."""
    kind = change.get("kind") if isinstance(change, dict) else None
    return kind if isinstance(kind, str) else ""


def spoken_finding(finding: Finding) -> FindingItem:
    """Return a finding as its sentence."""
    said = sentence(finding)[:_LONGEST]
    return FindingItem(rule=finding.name, field=finding.field, message=said)
