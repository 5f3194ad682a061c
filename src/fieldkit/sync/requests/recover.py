"""Recovery of a locked laptop: its data key comes back from the server, for a one-time code."""

from __future__ import annotations

from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import KeyFile
from fieldkit.keys.passphrase import WrongKey, check_fit
from fieldkit.keys.sealing import Unreadable, from_text, new_sealing_pair, open_sealed, to_text
from fieldkit.protocol.messages.keys import RecoverAnswer, RecoverRequest
from fieldkit.sync.enrol import address
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import FAULTY, refusal_sentence
from fieldkit.sync.transport import HttpTransport, Transport

_ATTEMPTS = 3
"""How often the request is sent: the answer to it may be lost, and it is for this request alone."""


class NotRecovered(Exception):
    """The data key did not come; the text says why and what to do."""

    def __init__(self, sentence: str, *, offline: bool = False) -> None:
        super().__init__(sentence)
        self.offline = offline


def recover_home(file: KeyFile, code: str, operator: str, passphrase: str) -> bytes:
    """Give an operator a new passphrase for a locked laptop; return its data key.

    Raises:
        Unfit: the passphrase is too easy to guess; the code was not used.
        NotRecovered: no server can open this laptop, or it did not.
        OSError: the key file cannot be written.
    """
    check_fit(passphrase)
    if file.sealed is None or file.server is None:
        raise NotRecovered(
            "No server can open this laptop, as it has not synced since it was encrypted. Only a "
            "passphrase opens it."
        )
    data_key = recover(file.server, code, file.sealed)
    try:
        file.add(operator, passphrase, data_key)
    except WrongKey:
        raise NotRecovered(str(UnreadableKeys())) from None
    return data_key


def recover(
    server: str, code: str, sealed_data_key: bytes, *, transport: Transport | None = None
) -> bytes:
    """Return the data key that was sealed to a server, for the code of a supervisor.

    The laptop is locked: nothing of its data is needed. Tests replace ``transport``.

    Raises:
        NotEnrolled: this is not the address of a server.
        NotRecovered: the server cannot be reached, or refused.
    """
    code = code.strip()
    if not 1 <= len(code) <= 200:
        raise NotRecovered("Type the code given by the supervisor.")
    if transport is None:
        with HttpTransport(address(server)) as opened:
            return recover(server, code, sealed_data_key, transport=opened)
    own = new_sealing_pair()
    request = RecoverRequest(code=code, sealed=to_text(sealed_data_key), public=to_text(own.public))
    answer = _ask(transport, request)
    try:
        return open_sealed(from_text(answer.sealed), own.private)
    except Unreadable:
        raise NotRecovered(FAULTY) from None


def _ask(transport: Transport, request: RecoverRequest) -> RecoverAnswer:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return transport.post("/v1/recover", request, RecoverAnswer)
        except Offline:
            raise NotRecovered(
                "No connection. Try again when there is one.", offline=True
            ) from None
        except ConnectionLost:
            if attempt == _ATTEMPTS:
                raise NotRecovered(
                    "The connection dropped. Ask the supervisor for a new code, then try again.",
                    offline=True,
                ) from None
        except ServerRefusal as refused:
            raise NotRecovered(refusal_sentence(refused)) from None
    raise AssertionError("the last attempt returns or raises")
