"""How a request to the server fails."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from fieldkit.protocol.messages.sync import Problem

if TYPE_CHECKING:
    import httpx

_OUT_OF_DATE = frozenset({9, 10})
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class Offline(Exception):
    """The server could not be reached."""


class ConnectionLost(Exception):
    """The connection broke during a request; whether the server processed it is unknown."""


class ServerRefusal(Exception):
    """The request was answered with something other than the expected message.

    ``problem``: None if the answer is not from a fieldkit server. ``retry_after``: seconds to wait
    before another request, if the answer says so.
    """

    def __init__(
        self, status: int, problem: Problem | None, retry_after: int | None = None
    ) -> None:
        super().__init__(str(status))
        self.status = status
        self.problem = problem
        self.retry_after = retry_after

    @property
    def code(self) -> str:
        """The problem in one word, for programs; empty if it is not from a fieldkit server."""
        return self.problem.type.removeprefix("/problems/") if self.problem else ""


class UntrustedServer(ServerRefusal):
    """The server's certificate was not accepted; nothing was sent."""

    def __init__(self, *, by_date: bool) -> None:
        """``by_date``: the certificate is not valid on the date of this laptop's clock."""
        super().__init__(0, None)
        self.by_date = by_date


class ChangedAnswer(ServerRefusal):
    """An answer in JSON that was packed otherwise on the way than its headers say, or unknown."""


def untrusted(error: BaseException | None) -> UntrustedServer | None:
    """Return the refusal of the certificate if that is among the causes of an error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return UntrustedServer(by_date=error.verify_code in _OUT_OF_DATE)
        error = error.__cause__ or error.__context__
    return None


def refused_by_proxy(error: httpx.ProxyError) -> ServerRefusal | ConnectionLost:
    """Return the refusal of a proxy to open a way to the server; its text begins with a status."""
    status = str(error).partition(" ")[0]
    return ServerRefusal(int(status), None) if status.isdecimal() else ConnectionLost()
