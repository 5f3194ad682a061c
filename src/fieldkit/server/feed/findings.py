"""The findings of the records in a page, reduced to what the device may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from fieldkit.protocol.messages.finding import Finding
from fieldkit.protocol.messages.sync import FindingItem
from fieldkit.records.declaration.sentences import OUTSIDE
from fieldkit.server.database.rows import Key, StoredRecord, read_places
from fieldkit.server.database.statements import about_records
from fieldkit.server.database.tables import FINDING
from fieldkit.server.scope import Reader


def stored_findings(connection: Connection, rows: Mapping[Key, StoredRecord]) -> list[Finding]:
    """Read the open findings of these records."""
    if not rows:
        return []
    query = select(FINDING).where(about_records(connection, FINDING, rows.keys()))
    found = connection.execute(query.order_by(FINDING.c.rule, FINDING.c.field)).all()
    findings = [
        Finding(
            row.kind,
            row.record_id,
            row.field,
            row.rule,
            row.params or {},
            tuple((kind, number) for kind, number in row.related or ()),
            text=row.message,
        )
        for row in found
    ]
    return [one for one in findings if (one.kind, one.record_id) in rows]


def seen_from(connection: Connection, reader: Reader, findings: Iterable[Finding]) -> list[Finding]:
    """Remove the details of findings that name a record outside the scope."""
    findings = list(findings)
    related = {key for one in findings for key in one.related}
    places = read_places(connection, related) if related else {}
    outside = {key for key, place in places.items() if not reader.sees(place)}
    return [
        replace(one, rule=f"{one.name}.{OUTSIDE}", params={}, related=(), text="")
        if outside.intersection(one.related)
        else one
        for one in findings
    ]


def coded(finding: Finding) -> FindingItem:
    """Return a finding for a laptop that makes the sentence itself."""
    return FindingItem(
        rule=finding.rule,
        field=finding.field,
        params=dict(finding.params),
        related=list(finding.related),
    )
