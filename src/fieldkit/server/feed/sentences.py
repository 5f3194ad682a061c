"""Makes the sentences that older laptops get instead of codes and parameters."""

from __future__ import annotations

from collections.abc import Iterable

from fieldkit.protocol.messages.finding import LATE, REJECTED, WAITING, Finding, Verdict
from fieldkit.protocol.messages.sync import FindingItem, SyncRequest
from fieldkit.records import sentence

_LONGEST = 500


def verdicts_for(request: SyncRequest, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts on the batch of a request as its laptop understands them.

    One that does not know late and waiting changes is told that they are rejected: it shows them
    over their records and keeps them, as a newer one does.
    """
    batch = request.batch
    changes = dict(enumerate(batch.changes, batch.first)) if batch else {}
    found = []
    for one in verdicts:
        unknown = request.unsettled is None and one.verdict in {LATE, WAITING}
        if unknown:
            one = one.model_copy(update={"verdict": REJECTED})
        if one.rule and (unknown or not request.codes):
            said = _said(_kind(changes[one.seq]), one)
            one = one.model_copy(update={"reason": said, "rule": "", "params": {}})
        found.append(one)
    return found


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
