"""What a person is told about a sync, in plain words."""

from __future__ import annotations

from fieldkit.sync.line import Told

_REFUSALS = {
    "unauthorised": "The server does not know this laptop. Enrol it again.",
    "far": "This server enrols only laptops on its own machine.",
    "gap": "The server cannot tell what it lacks of this laptop. "
    "Tell whoever looks after the server.",
    "altered": "What the server holds of this laptop is not the same as here, as when fieldkit "
    "was copied to another laptop. Tell whoever looks after the server.",
    "too-large": "The server does not take a message this large. "
    "Tell whoever looks after the server.",
    "version": "The server is of another version of fieldkit. Update the older of the two.",
    "encoding": "The server is of another version of fieldkit. Update the older of the two.",
    "unreadable": "The server could not read what was sent. Tell whoever looks after the server.",
    "busy": "The server is busy. Sync again in a few minutes.",
    "fault": "The server has a fault. Sync again later.",
}
NOT_OURS = (
    "Something else answered instead of the server, perhaps the login page of this network. "
    "Open a web page to log in, then sync again."
)


def refused(told: Told) -> str:
    """Return the sentence for a request that was refused."""
    if told.problem is not None and told.word in _REFUSALS:
        return _REFUSALS[told.word]
    if told.status >= 500:
        return "The server does not answer as it should. Sync again later."
    return NOT_OURS


def waiting(changes: int) -> str:
    """Return what becomes of the changes that were not sent."""
    if changes == 0:
        return "Nothing waits to be sent."
    if changes == 1:
        return "1 change waits here and is safe."
    return f"{changes} changes wait here and are safe."
