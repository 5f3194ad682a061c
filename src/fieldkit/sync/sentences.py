"""Sentences for the user about what a sync met."""

from __future__ import annotations

from fieldkit.records.fields.formats import indian
from fieldkit.sync.failures import (
    ChangedAnswer,
    ConnectionLost,
    Offline,
    ServerRefusal,
    UntrustedServer,
)

ALTERED = (
    "The server does not hold the same from this laptop as is here, for example because fieldkit "
    "was copied to another laptop. Inform the server administrator."
)
FAULTY = "The server does not answer properly. Sync again later."
ENROL_AGAIN = (
    "The server has the work of this laptop under another laptop. Ask your supervisor for a new "
    "code and enrol again. Nothing is lost."
)
REMOVED = "This laptop was removed from the server: nothing new can be saved on it."
"""How each notice about the end of the access begins; those of older versions do, too."""
_REFUSALS = {
    "unauthorised": "The server does not know this laptop. Enrol it again.",
    "revoked": "This laptop was removed from the server. Ask your supervisor.",
    "not-yours": ENROL_AGAIN,
    "code-unknown": "The server does not know this code. Type it again exactly as given.",
    "code-used": "This code was already used. Ask the supervisor for a new one.",
    "code-expired": "This code has expired. Ask the supervisor for a new one.",
    "other-laptop": "This code was made for another laptop. Ask the supervisor for one for this "
    "laptop.",
    "other-server": "The key of this laptop was made for another server, so this one cannot open "
    "it. Inform the server administrator.",
    "insecure": "The server does not accept an unsafe connection. Use its address that begins "
    "with https.",
    "too-many-tries": "The server does not know this code, and too many wrong ones were typed. "
    "Ask the supervisor for a new one.",
    "slow": "The connection is too slow at the moment. Sync again later.",
    "gap": "The server does not know what is missing from this laptop. Inform the server "
    "administrator.",
    "altered": ALTERED,
    "parent": ALTERED,
    "too-much-sealed": "The server takes no more work of this removed laptop for now. Ask the "
    "supervisor to admit or discard what waits on the page Devices, then try again. If nothing "
    "waits there, ask for a code and enrol the laptop again: it then sends the rest itself.",
    "bundle-elsewhere": "The work is sealed for another server. Inform the server administrator.",
    "bundle-unknown": "The server does not know the key by which this laptop signed its work. "
    "Inform the server administrator.",
    "too-large": "The server does not accept so large a message. Inform the server administrator.",
    "version": "The server has another version of fieldkit. Update the older of the two.",
    "encoding": "The server has another version of fieldkit. Update the older of the two.",
    "unreadable": "The server could not read what was sent. Inform the server administrator.",
    "not-here": "The server has no such record in the area of this laptop. Sync, then try again.",
    "not-supervisor": "Only the laptop of a supervisor may do this. Ask your supervisor.",
    "not-your-area": "This area is not within the area of this laptop. Ask its supervisor, or an "
    "administrator.",
    "role-above": "That role is above the role of this laptop. Ask an administrator.",
    "no-device": "There is no such device in the area of this laptop. Fetch the list again.",
    "own-device": "This is the laptop that you are using. Another supervisor, or an administrator, "
    "may do this.",
    "busy": "The server is busy. Sync again in a few minutes.",
    "fault": "The server has an error. Sync again later.",
}
NOT_OUR_SERVER = (
    "The login page of this network, or something else, answered instead of the server. Open a "
    "web page and log in, then sync again."
)
_NOT_LET_THROUGH = (
    "A proxy or filter of this network does not let this laptop reach the server. Ask the network "
    "administrator, or try another network."
)
_BY_STATUS = {
    403: _NOT_LET_THROUGH,
    404: "There is no fieldkit server at this address. Check the address you were given. If it is "
    "the same, inform the server administrator.",
    407: "The proxy of this network asks for a name and password. Ask the network administrator, "
    "or try another network.",
    413: "Something on the way to the server accepts only smaller messages. Inform the server "
    "administrator.",
    429: "The server is busy. Try again in a few minutes.",
    451: _NOT_LET_THROUGH,
    511: NOT_OUR_SERVER,
}
"""What to do about an answer that is not from a fieldkit server, by its HTTP status."""
_CHANGED = (
    "Something on the way, perhaps a proxy of this network, changes the server's answers, so that "
    "they cannot be read. Try another network, and inform the server administrator."
)
_UNTRUSTED = (
    "What answered could not prove that it is the server, so nothing was sent. If this network "
    "has a login page, log in there first; otherwise inform the server administrator."
)
_OUT_OF_DATE = (
    "By this laptop's clock, the server's certificate is not valid today. Set the date and time. "
    "If they are correct, inform the server administrator."
)


def refusal_sentence(refusal: ServerRefusal) -> str:
    """Return the sentence for a refused request."""
    if isinstance(refusal, UntrustedServer):
        return _OUT_OF_DATE if refusal.by_date else _UNTRUSTED
    if isinstance(refusal, ChangedAnswer):
        return _CHANGED
    if refusal.problem is not None and refusal.code in _REFUSALS:
        return _REFUSALS[refusal.code]
    if refusal.status in _BY_STATUS:
        return _BY_STATUS[refusal.status]
    return FAULTY if refusal.status >= 500 else NOT_OUR_SERVER


def retry_reason(failure: Offline | ConnectionLost | ServerRefusal) -> str:
    """Return why a request is about to be sent again."""
    if isinstance(failure, Offline):
        return "No connection; trying again"
    if isinstance(failure, ConnectionLost):
        return "The connection dropped; trying again"
    if failure.status == 413:
        return "That was too much in one go; trying with less"
    if failure.status in {408, 429, 503}:
        return "The server is busy; trying again"
    return "The server has an error; trying again"


def waiting_sentence(changes: int) -> str:
    """Return the sentence about the changes that were not sent."""
    if changes == 0:
        return "Nothing is left to send."
    if changes == 1:
        return "1 change is not sent yet and is safe here."
    return f"{indian(changes)} changes are not sent yet and are safe here."
