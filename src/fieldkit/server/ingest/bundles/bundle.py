"""Works on a bundle: the requests that a laptop would have sent over a network, one by one.

Each is answered by the very function of ``POST /v1/sync``, with the cursors and the mark that the
laptop will have once it has taken the answer before. So a bundle that is applied twice changes
nothing, and is answered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Engine

from fieldkit.keys.sealing import to_text
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
)
from fieldkit.protocol.messages.sync import (
    LARGEST_BODY,
    MOST_ROWS,
    Problem,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire.errors import OtherVersion, TooLarge, UnknownCoding, Unreadable
from fieldkit.server.devices.keys import ServerKeys
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.scope import Device

Ask: TypeAlias = Callable[[Engine, Device, SyncRequest, int], SyncAnswer]
"""Answers one request, as :func:`~fieldkit.server.ingest.sync.sync` does."""


def opened(keys: ServerKeys, data: bytes) -> Bundle:
    """Open a bundle; the caller has to check who may send it.

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
            "no-bundle", 400, "This file is not a bundle.", "Choose the file that ends with .fkb."
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


@dataclass(slots=True)
class _Answering:
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
        Refusal: 503, the server is busy, or 403, the device was revoked meanwhile; what was
            ingested stays, and is not ingested again.
    """
    answering = _Answering(bundle, pages=bundle.header.heard == device.epoch)
    for request in bundle.requests:
        asked = answering.request(request)
        try:
            answer = ask(engine, device, asked, now)
        except Refusal as refused:
            if refused.problem.status >= 500 or refused.code == "revoked":
                raise
            answering.add(asked, refused.problem)
            return answering.parts
        answering.add(asked, answer)
        if not _fully_taken(asked, answer) or answering.full:
            return answering.parts
    for asked in _further_pages(answering):
        answering.add(asked, ask(engine, device, asked, now))
    return answering.parts


def _fully_taken(asked: SyncRequest, answer: SyncAnswer) -> bool:
    """Say whether the server holds all that a request sent, and all that it once acknowledged."""
    batch = asked.batch
    last = batch.first + len(batch.changes) - 1 if batch else 0
    return answer.fork is None and answer.seq >= max(last, asked.acked)


def _further_pages(answering: _Answering) -> Iterator[SyncRequest]:
    """Yield requests for the rest of what the laptop has not received, as long as it fits."""
    while answering.parts and not answering.full:
        last = answering.parts[-1]
        asked, answer = last.asked, last.answer
        if isinstance(answer, Problem) or not answer.more or answer.seq > asked.last_seq:
            return
        quiet = {"last_seq": answer.seq, "head": answer.head, "unsettled": None, "most": MOST_ROWS}
        following = answering.request(asked.model_copy(update=quiet))
        if not following.most:
            return
        yield following
