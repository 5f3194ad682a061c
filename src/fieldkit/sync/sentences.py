"""Sentences for the user about what a sync met."""

from __future__ import annotations

from fieldkit.records.fields.formats import indian
from fieldkit.sync.transport import ConnectionLost, Offline, ServerRefusal, UntrustedServer

ALTERED = (
    "What the server holds of this laptop is not the same as here, as when fieldkit was copied "
    "to another laptop. Tell whoever looks after the server."
)
ENROL_AGAIN = (
    "The server keeps the work of this laptop as another laptop's. Ask your supervisor for a new "
    "code and enrol again; nothing is lost."
)
_REFUSALS = {
    "unauthorised": "The server does not know this laptop. Enrol it again.",
    "revoked": "This laptop was taken off the server. Entry goes on; what is unsent can be "
    "exported.",
    "not-yours": ENROL_AGAIN,
    "code-unknown": "The server does not know this code. Type it again as it was given.",
    "code-used": "This code was already used. Ask the supervisor for a new one.",
    "code-expired": "This code has run out. Ask the supervisor for a new one.",
    "insecure": "The server takes no token over an open line. "
    "Use its address that begins with https.",
    "too-many-tries": "Too many wrong codes were typed here. Try again in a quarter of an hour.",
    "slow": "The line is too slow at the moment. Sync again later.",
    "gap": "The server cannot tell what it lacks of this laptop. "
    "Tell whoever looks after the server.",
    "altered": ALTERED,
    "parent": ALTERED,
    "too-large": "The server does not take a message this large. "
    "Tell whoever looks after the server.",
    "version": "The server is of another version of fieldkit. Update the older of the two.",
    "encoding": "The server is of another version of fieldkit. Update the older of the two.",
    "unreadable": "The server could not read what was sent. Tell whoever looks after the server.",
    "not-here": "The server has no such record in the area of this laptop.",
    "busy": "The server is busy. Sync again in a few minutes.",
    "fault": "The server has a fault. Sync again later.",
}
NOT_OUR_SERVER = (
    "Something else answered instead of the server, perhaps the login page of this network. "
    "Open a web page to log in, then sync again."
)
_UNTRUSTED = (
    "What answered cannot prove that it is the server, so nothing was sent to it. If this network "
    "has a login page, log in there first; else tell whoever looks after the server."
)
_OUT_OF_DATE = (
    "By this laptop's clock the server's certificate does not hold today. Set the date and time; "
    "if they are right, tell whoever looks after the server."
)


def refusal_sentence(refusal: ServerRefusal) -> str:
    """Return the sentence for a refused request."""
    if isinstance(refusal, UntrustedServer):
        return _OUT_OF_DATE if refusal.by_date else _UNTRUSTED
    if refusal.problem is not None and refusal.code in _REFUSALS:
        return _REFUSALS[refusal.code]
    if refusal.status == 429:
        return "The server asks to wait. Try again in a few minutes."
    if refusal.status >= 500:
        return "The server does not answer as it should. Sync again later."
    return NOT_OUR_SERVER


def retry_reason(failure: Offline | ConnectionLost | ServerRefusal) -> str:
    """Return why a request is about to be sent again."""
    if isinstance(failure, Offline):
        return "No connection; trying again"
    if isinstance(failure, ConnectionLost):
        return "The line dropped; trying again"
    if failure.status in {408, 429, 503}:
        return "The server asks to wait; trying again"
    return "The server has a fault; trying again"


def waiting_sentence(changes: int) -> str:
    """Return the sentence about the changes that were not sent."""
    if changes == 0:
        return "Nothing waits to be sent."
    if changes == 1:
        return "1 change waits here and is safe."
    return f"{indian(changes)} changes wait here and are safe."
