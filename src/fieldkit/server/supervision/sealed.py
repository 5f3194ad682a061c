"""Decisions of a supervisor on the sealed work of a revoked device."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, Engine

from fieldkit.protocol.messages.supervision import DecideSealedAnswer, DecideSealedRequest
from fieldkit.server.database.connection import reading, writing
from fieldkit.server.devices.authentication import DatabaseRow, WrongInput, confirm_device
from fieldkit.server.ingest.bundles import sealed
from fieldkit.server.ingest.bundles.sealed import Admitted
from fieldkit.server.scope import Device
from fieldkit.server.supervision.authority import check_not_own, device_overseen, logged
from fieldkit.server.supervision.devices import device_answer


def decide_sealed(
    engine: Engine, sender: Device, request: DecideSealedRequest, now: int
) -> DecideSealedAnswer:
    """Admit or discard what a revoked device handed in.

    What was admitted and could not be taken whole stays, to be discarded.

    Raises:
        Refusal: the sender may not act on that device; or there is no such work.
    """
    number, act = request.device, "admit-sealed" if request.admit else "discard-sealed"
    with logged(act, sender, number):
        with reading(engine) as connection:
            pieces = _undecided(connection, sender, request)
        became = Admitted(Counter(), 0, [piece.number for piece in pieces])
        if request.admit:
            became = sealed.admit(engine, number, pieces, now)
        with writing(engine) as connection:
            _undecided(connection, sender, request)  # the sender's own access may have ended
            sealed.note_decision(connection, became.done, now, admitted=request.admit)
            item = device_answer(connection, sender, number, now).device
    return DecideSealedAnswer(now=now, device=item, verdicts=became.verdicts, left=became.left)


def _undecided(
    connection: Connection, sender: Device, request: DecideSealedRequest
) -> list[DatabaseRow]:
    """Return the work that the sender may decide on.

    Raises:
        Refusal: the sender may not act on that device.
        WrongInput: there is no such work.
    """
    confirm_device(connection, sender)
    device_overseen(connection, sender, request.device)
    check_not_own(sender, request.device)
    pieces = sealed.undecided(connection, request.device, request.numbers)
    if not pieces:
        raise WrongInput("There is no such work to decide on. Fetch the list again.")
    return pieces
