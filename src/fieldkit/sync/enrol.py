"""Enrolment: exchange a supervisor's one-time code for this laptop's token."""

from __future__ import annotations

from contextlib import ExitStack
from urllib.parse import urlsplit

from fieldkit.protocol.messages.sync import MOST_SHOWN, EnrolAnswer, EnrolRequest, ShownHead
from fieldkit.store import Practice, Store
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.keys import exchange_keys
from fieldkit.sync.sentences import REMOVED, refusal_sentence
from fieldkit.sync.transport import HttpTransport, Transport, is_loopback


class NotEnrolled(Exception):
    """This laptop has no token; the text says why."""


class Unreachable(NotEnrolled):
    """The server cannot be reached."""


def enrol(store: Store, url: str, code: str, *, transport: Transport | None = None) -> None:
    """Exchange a code for this laptop's token, and store the token and its scope.

    A laptop already enrolled at this server sends its old token and stays the same device; by the
    heads it shows, the server sees which logs are this laptop's (rule 38). Tests replace
    ``transport``.

    Raises:
        NotEnrolled: the address is not acceptable, or the server refused.
        Unreachable: the server cannot be reached.
    """
    if store.practice:
        raise NotEnrolled(str(Practice()))
    server = address(url)
    device = store.device
    if device is None:
        raise NotEnrolled("This laptop is not set up yet. Start fieldkit, or run `fieldkit init`.")
    code = code.strip()
    if not 1 <= len(code) <= 200:
        raise NotEnrolled("Type the code given by the supervisor.")
    message = EnrolRequest(
        code=code,
        origin=device.origin,
        district=device.district,
        block=device.block,
        name=device.name[:200],
        logs=[
            ShownHead(origin=origin, seq=seq, head=head.hex())
            for origin, seq, head in store.access.heads_to_show(MOST_SHOWN)
        ],
    )
    old = store.access.token() if device.server == server else None
    with ExitStack() as held:
        opened = transport or held.enter_context(HttpTransport(server, old))
        _keep(store, server, _exchange(opened, message))
        opened.use_token(store.access.token() or "")
        exchange_keys(store, opened)


def _exchange(transport: Transport, message: EnrolRequest) -> EnrolAnswer:
    """Exchange the code for a token.

    Raises:
        NotEnrolled: the server refused, or cannot be reached.
    """
    try:
        return transport.post("/v1/enrol", message, EnrolAnswer)
    except (Offline, ConnectionLost):
        raise Unreachable(
            "Cannot reach the server. Check the address and the connection, then try again."
        ) from None
    except ServerRefusal as refusal:
        raise NotEnrolled(refusal_sentence(refusal)) from None


def forget_removal(store: Store) -> None:
    """Drop what is still to be said about an end of the access that is no longer so."""
    for one in store.notices():
        if one.text.startswith(REMOVED):
            store.noticed(one.id)


def _keep(store: Store, server: str, answer: EnrolAnswer) -> None:
    scope = answer.scope
    store.access.enrol(
        server,
        answer.token,
        scope.role,
        scope.district,
        scope.block,
        answer.epoch,
        answer.incarnation,
        marks=answer.marks,
    )
    forget_removal(store)


def address(url: str) -> str:
    """Return a server's address in one form: with scheme (https if none), in lower case.

    Raises:
        NotEnrolled: this is not the address of a server, or a token may not be sent to it.
    """
    url = url.strip()
    if url and "://" not in url:
        url = f"https://{url}"
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    extra = parts.username or parts.query or parts.fragment
    if not has_host or parts.scheme not in {"http", "https"} or extra:
        raise NotEnrolled("The server address looks like https://name.example.in. Check it.")
    if parts.scheme == "http" and not is_loopback(url):
        raise NotEnrolled(
            "This address begins with http, so others on the network could read what is sent. Use "
            "one that begins with https."
        )
    return parts._replace(netloc=parts.netloc.lower()).geturl()
