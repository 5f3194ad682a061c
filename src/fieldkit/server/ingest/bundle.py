"""Works on a bundle: the requests that a laptop would have sent over a line, one after the other.

Each is answered by the very function of ``POST /v1/sync``, with the cursors and the mark that the
laptop will have once it has taken the answer before. So a bundle that is applied twice changes
nothing, and is answered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Connection, Engine, func, select

from fieldkit.keys.sealing import from_text, to_text
from fieldkit.plain_text import shown
from fieldkit.protocol.bundle import (
    LARGEST_FILE,
    MOST_PARTS,
    AnsweredRequest,
    Bundle,
    NotThisFile,
    encoded_part,
    file_size,
    open_bundle,
    read_header,
    write_answer,
)
from fieldkit.protocol.messages import LARGEST_BODY, MOST_ROWS, Problem, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.errors import OtherVersion, TooLarge, UnknownCoding, Unreadable
from fieldkit.server import request_log
from fieldkit.server.database.connection import reading
from fieldkit.server.database.tables import DEVICE, DEVICE_KEY, ORIGIN
from fieldkit.server.devices.authentication import (
    AuthenticatedDevice,
    Report,
    device_from_row,
    note_seen,
)
from fieldkit.server.devices.keys import ServerKeys, server_keys
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.scope import Device

Ask: TypeAlias = Callable[[Engine, Device, SyncRequest, int], SyncAnswer]
"""Answers one request, as :func:`~fieldkit.server.ingest.sync.sync` does."""


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


def apply_bundle(engine: Engine, data: bytes, now: int) -> AppliedBundle:
    """Ingest a bundle for the device that signed it, whoever brings it; write the answer.

    Raises:
        Refusal: it is no bundle, was altered, or is of another server, of an unknown device or of
            one that was revoked; or the server is busy.
    """
    with reading(engine) as connection:
        keys = server_keys(connection)
        bundle = opened(keys, data)
        sender = signer(connection, bundle)
        before = _stored(connection, bundle)
    parts = answer_requests(engine, sender.device, bundle, now)
    with reading(engine) as connection:
        new = _stored(connection, bundle) - before
    note_seen(engine, sender, now, _report(bundle))
    applied = _summary(bundle, sender.device, parts, new, write_answer(bundle, parts, keys.signing))
    request_log.log_event(
        "bundle", device=applied.device, number=applied.number, changes=applied.changes, new=new
    )
    return applied


def opened(keys: ServerKeys, data: bytes) -> Bundle:
    """Open a bundle; nobody has looked yet who may send it.

    Raises:
        Refusal: it is no bundle, was altered, or is of another server.
    """
    try:
        if read_header(data).server != to_text(keys.sealing.public):
            raise refusal(
                "bundle-elsewhere",
                403,
                "This bundle is for another server.",
                "Take it to the server where its laptop is enrolled.",
            )
        return open_bundle(data, keys.sealing.private)
    except NotThisFile:
        raise refusal(
            "no-bundle", 400, "This file is no bundle.", "Choose the file that ends with .fkb."
        ) from None
    except (OtherVersion, UnknownCoding):
        raise refusal(
            "bundle-version",
            400,
            "This bundle is of a newer version of fieldkit than the server.",
            "Update the server, then apply it again.",
        ) from None
    except (Unreadable, TooLarge):
        raise refusal(
            "bundle-altered",
            400,
            "This bundle was changed on the way, or not copied whole.",
            "Nothing of it was taken. Copy it again, or have the laptop write another one.",
        ) from None


def signer(connection: Connection, bundle: Bundle) -> AuthenticatedDevice:
    """Return the device whose key signed a bundle.

    Raises:
        Refusal: no device has this key, or it was revoked.
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
            "Enrol that laptop again over a line; what it holds is not lost.",
        )
    if row.revoked_at is not None:
        raise refusal(
            "bundle-revoked",
            403,
            "The laptop that wrote this bundle may not sync any more.",
            "Nothing of it was taken. Its supervisor can enrol it again.",
        )
    device = device_from_row(connection, row)
    return AuthenticatedDevice(
        device, row.token_at, row.last_seen, row.skew, row.program, row.unsent
    )


@dataclass(slots=True)
class _Course:
    """The requests of a bundle while they are answered, and how far the laptop will have pulled."""

    bundle: Bundle
    pages: bool
    """Whether pages are answered: the laptop has heard of its present scope."""
    parts: list[AnsweredRequest] = field(default_factory=list)
    size: int = 0

    def request(self, request: SyncRequest) -> SyncRequest:
        """Return a request as the laptop would make it after the answers so far."""
        if self.parts:
            last = self.parts[-1]
            answer, paged = last.answer, {}
            assert isinstance(answer, SyncAnswer)
            if answer.page is not None:
                paged = {"cursors": answer.cursors, "focus": answer.focus}
            else:
                paged = {"cursors": last.asked.cursors, "focus": last.asked.focus}
            request = request.model_copy(update={"mark": answer.mark, **paged})
        if not self.pages or self.size > LARGEST_FILE - 2 * LARGEST_BODY:
            return request.model_copy(update={"most": 0})
        return request

    def add(self, request: SyncRequest, answer: SyncAnswer | Problem) -> None:
        """Note the answer to a request."""
        batch = request.batch
        part = AnsweredRequest(
            request.model_copy(update={"batch": None}),
            answer,
            batch.first if batch else 0,
            len(batch.changes) if batch else 0,
        )
        self.parts.append(part)
        self.size += file_size(encoded_part(part, self.bundle.header.coding))

    @property
    def full(self) -> bool:
        return self.size > LARGEST_FILE - LARGEST_BODY or len(self.parts) >= MOST_PARTS


def answer_requests(
    engine: Engine, device: Device, bundle: Bundle, now: int, ask: Ask = sync
) -> Sequence[AnsweredRequest]:
    """Answer the requests of a bundle in order; the first that is not fully taken ends it (44).

    After the last one, further pages are read, as many as fit into the answer.

    Raises:
        Refusal: 503, the server is busy; what was ingested stays, and is not ingested again.
    """
    course = _Course(bundle, pages=bundle.header.heard == device.epoch)
    for request in bundle.requests:
        asked = course.request(request)
        try:
            answer = ask(engine, device, asked, now)
        except Refusal as refused:
            if refused.problem.status >= 500:
                raise
            course.add(asked, refused.problem)
            return course.parts
        course.add(asked, answer)
        if not _fully_taken(asked, answer) or course.full:
            return course.parts
    for asked in _further_pages(course):
        course.add(asked, ask(engine, device, asked, now))
    return course.parts


def _fully_taken(asked: SyncRequest, answer: SyncAnswer) -> bool:
    """Say whether the server holds all that a request sent, and all that it once acknowledged."""
    batch = asked.batch
    last = batch.first + len(batch.changes) - 1 if batch else 0
    return answer.fork is None and answer.seq >= max(last, asked.acked)


def _further_pages(course: _Course) -> Iterator[SyncRequest]:
    """Yield requests for the rest of what the laptop has not received, as long as it fits."""
    while course.parts and not course.full:
        last = course.parts[-1]
        asked, answer = last.asked, last.answer
        if isinstance(answer, Problem) or not answer.more or answer.seq > asked.last_seq:
            return
        quiet = {"last_seq": answer.seq, "head": answer.head, "unsettled": None, "most": MOST_ROWS}
        following = course.request(asked.model_copy(update=quiet))
        if not following.most:
            return
        yield following


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
