"""Enrolling: a code that a supervisor gave is exchanged for this laptop's token."""

from __future__ import annotations

from urllib.parse import urlsplit

from fieldkit.protocol.messages import EnrolAnswer, EnrolRequest
from fieldkit.store import Store
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import (
    ConnectionLost,
    HttpTransport,
    Offline,
    ServerRefusal,
    Transport,
    is_loopback,
)


class NotEnrolled(Exception):
    """This laptop got no token; the text says why."""


class Unreachable(NotEnrolled):
    """The server that should give it cannot be reached."""


def enrol(store: Store, url: str, code: str, *, link: Transport | None = None) -> None:
    """Exchange a code for this laptop's token and keep it, with what it opens.

    At the server where this laptop already is, the old token goes along, so that it stays the same
    device. ``link`` stands in for the line to the server.

    Raises:
        NotEnrolled: the address will not do, or the server gave no token.
        Unreachable: there is no line to the server.
    """
    server = address(url)
    device = store.device
    if device is None:
        raise NotEnrolled("This laptop is not set up yet. Start fieldkit, or `fieldkit init`.")
    code = code.strip()
    if not 1 <= len(code) <= 200:
        raise NotEnrolled("Type the code that the supervisor gave you.")
    message = EnrolRequest(
        code=code,
        origin=device.origin,
        district=device.district,
        block=device.block,
        name=device.name[:200],
    )
    old = store.token() if device.server == server else None
    try:
        answer = link.ask("/v1/enrol", message, EnrolAnswer) if link else _ask(server, old, message)
    except (Offline, ConnectionLost):
        raise Unreachable(
            "The server cannot be reached. Check its address and the connection, then try again."
        ) from None
    except ServerRefusal as told:
        raise NotEnrolled(refusal_sentence(told)) from None
    scope = answer.scope
    store.enrol(
        server,
        answer.token,
        scope.role,
        scope.district,
        scope.block,
        answer.epoch,
        answer.incarnation,
    )


def _ask(server: str, old: str | None, message: EnrolRequest) -> EnrolAnswer:
    with HttpTransport(server, old) as line:
        return line.ask("/v1/enrol", message, EnrolAnswer)


def address(url: str) -> str:
    """Return the server's address if a token may travel to it; ``https`` need not be typed.

    However it was typed, one server has one address: scheme and host are in small letters.

    Raises:
        NotEnrolled: it may not; the text says why.
    """
    url = url.strip()
    if url and "://" not in url:
        url = f"https://{url}"
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    more = parts.username or parts.query or parts.fragment
    if not named or parts.scheme not in {"http", "https"} or more:
        raise NotEnrolled("The address of a server looks like https://name.example.in.")
    if parts.scheme == "http" and not is_loopback(url):
        raise NotEnrolled(
            "This address begins with http, so others on the line could read along. "
            "Use one that begins with https."
        )
    return parts._replace(netloc=parts.netloc.lower()).geturl()
