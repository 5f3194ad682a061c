"""Applies a bundle for the device that signed it, whichever laptop brings it; answers that device.

What a revoked device signed is kept for a supervisor, as if it had handed it in itself, and the
answer tells the device that its access has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, select

from fieldkit.keys.sealing import from_text
from fieldkit.plain_text import shown
from fieldkit.protocol.bundle import AnsweredRequest, Bundle, write_answer
from fieldkit.protocol.messages.sync import Problem, SyncAnswer
from fieldkit.server import request_log
from fieldkit.server.database.connection import reading
from fieldkit.server.database.tables import DEVICE, DEVICE_KEY, ORIGIN
from fieldkit.server.devices.authentication import (
    AuthenticatedDevice,
    Report,
    device_from_row,
    note_seen,
    revoked,
)
from fieldkit.server.devices.keys import ServerKeys, server_keys
from fieldkit.server.ingest.bundles.bundle import answer_requests, opened
from fieldkit.server.ingest.bundles.sealed import hand_in
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.scope import Device


@dataclass(frozen=True, slots=True)
class AppliedBundle:
    """What became of a bundle."""

    device: int
    number: int
    changes: int
    """Changes in it."""
    new: int
    """Those that the server did not have."""
    rows: int
    """Records that the answer brings."""
    refused: str
    """Why a request was refused, which ended the bundle; empty if none was."""
    answer: bytes
    """The file for the laptop."""
    kept: bool = False
    """Whether its device was revoked, so that a supervisor decides on the bundle."""


def apply_bundle(engine: Engine, data: bytes, now: int) -> AppliedBundle:
    """Ingest a bundle for the device that signed it, whichever laptop brings it; write the answer.

    Raises:
        Refusal: it is no bundle, was altered, or is of another server or an unknown device; its
            device was revoked and has handed in too much; or the server is busy.
    """
    with reading(engine) as connection:
        keys = server_keys(connection)
        bundle = opened(keys, data)
        author = signer(connection, bundle)
        before = _stored(connection, bundle)
    sender = author.seen
    if author.revoked:
        return _kept(engine, sender.device, bundle, data, now, keys)
    try:
        parts = answer_requests(engine, sender.device, bundle, now)
    except Refusal as refused:
        if refused.code != "revoked":  # meanwhile
            raise
        return _kept(engine, sender.device, bundle, data, now, keys)
    with reading(engine) as connection:
        new = _stored(connection, bundle) - before
    note_seen(engine, sender, now, _report(bundle))
    applied = _summary(bundle, sender.device, parts, new, write_answer(bundle, parts, keys.signing))
    request_log.log_event(
        "bundle", device=applied.device, number=applied.number, changes=applied.changes, new=new
    )
    return applied


class Signer(NamedTuple):
    """The device that signed a bundle."""

    seen: AuthenticatedDevice
    revoked: bool


def signer(connection: Connection, bundle: Bundle) -> Signer:
    """Return the device whose key signed a bundle.

    Raises:
        Refusal: no device has this key.
    """
    its = select(DEVICE_KEY.c.device).where(DEVICE_KEY.c.key == from_text(bundle.header.device))
    newest = its.order_by(DEVICE_KEY.c.at.desc(), DEVICE_KEY.c.device.desc()).limit(1)
    query = select(DEVICE).where(DEVICE.c.id == newest.scalar_subquery())
    row = connection.execute(query).one_or_none()
    if row is None:
        raise refusal(
            "bundle-unknown",
            403,
            "The server does not know the laptop that wrote this bundle.",
            "Enrol that laptop again over a network; what it holds is not lost.",
        )
    device = device_from_row(connection, row)
    seen = AuthenticatedDevice(
        device, row.token_at, row.last_seen, row.skew, row.program, row.unsent
    )
    return Signer(seen, revoked=row.revoked_at is not None)


def _kept(
    engine: Engine, device: Device, bundle: Bundle, data: bytes, now: int, keys: ServerKeys
) -> AppliedBundle:
    """Answer a revoked device that its access has ended; keep its bundle for its supervisor.

    One without changes is not kept: there is nothing to decide on.
    """
    kept = any(one.batch and one.batch.changes for one in bundle.requests)
    if kept:
        hand_in(engine, device, data, now)
    asked = [one.model_copy(update={"batch": None}) for one in bundle.requests[:1]]
    told = [AnsweredRequest(one, revoked().problem) for one in asked]
    applied = _summary(bundle, device, told, 0, write_answer(bundle, told, keys.signing))
    return replace(applied, kept=kept)


def _stored(connection: Connection, bundle: Bundle) -> int:
    """Return how many changes the server has of the logs of a bundle."""
    origins = {request.origin for request in bundle.requests}
    many = select(func.sum(ORIGIN.c.last_seq)).where(ORIGIN.c.origin.in_(origins))
    return int(connection.execute(many).scalar_one() or 0)


def _report(bundle: Bundle) -> Report:
    """Return what the device said of itself; its clock says nothing, as the way took time."""
    if not bundle.requests:
        return Report()
    last = bundle.requests[-1]
    return Report(None, shown(last.program) or None, last.left)


def _summary(
    bundle: Bundle, device: Device, parts: Sequence[AnsweredRequest], new: int, answer: bytes
) -> AppliedBundle:
    changes = sum(len(one.batch.changes) for one in bundle.requests if one.batch)
    answers = [part.answer for part in parts]
    rows = [len(one.page.rows) for one in answers if isinstance(one, SyncAnswer) and one.page]
    refused = [f"{one.title} {one.detail}".strip() for one in answers if isinstance(one, Problem)]
    return AppliedBundle(
        device.id, bundle.header.number, changes, new, sum(rows), " ".join(refused), answer
    )
