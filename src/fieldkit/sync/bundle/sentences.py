"""Sentences about bundles and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.records.fields.formats import indian

if TYPE_CHECKING:
    from fieldkit.sync.bundle.stick import OnStick
    from fieldkit.sync.bundle.taking import Taken


def written(found: OnStick) -> str:
    """Return the sentences about a bundle that was written."""
    said = (
        f"{found.path.name} is on the stick, with {_many(found.changes, 'change')}. Carry it to "
        "the server, or to a laptop with a connection, and bring the answer back."
    )
    if not found.left:
        return said
    return (
        f"{said} {_many(found.left, 'change')} not in it: once the answer is taken, write another "
        "bundle."
    )


def taken(found: Taken) -> list[str]:
    """Return the sentences about an answer that was taken; none if the laptop is revoked."""
    if found.revoked:
        return []
    said = [
        f"The server has taken {_many(found.acknowledged, 'change')}, {indian(found.returned)} "
        f"returned. {_many(found.received, 'record')} received."
    ]
    if found.before and not (found.acknowledged or found.received):
        said = ["This answer was taken before. Nothing in it is new."]
    elif found.before:
        said.append("This answer was taken before.")
    elif found.outdated:
        said.append(
            "This laptop has synced or was restored since that bundle was written, so only part of "
            "the answer is used. The next sync or bundle brings the rest."
        )
    if found.conflicts:
        said.append(f"{_many(found.conflicts, 'value')} to settle.")
    if found.left:
        said.append(f"{_many(found.left, 'change')} still to be carried or sent.")
    return said


def _many(number: int, thing: str) -> str:
    return f"{indian(number)} {thing}{'' if number == 1 else 's'}"
