"""The transport of a run: it passes requests to the server and fails as planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.devices import Server
from tests.simulation.harness import Crash
from tests.simulation.model import Violation
from tests.simulation.rights import Place

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import EnrolRequest, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.server.problems import Refusal
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.transport import Traffic


@dataclass
class Faults:
    """The failures of one sync, by the number of the request."""

    by_request: dict[int, str] = field(default_factory=dict)
    """``lost``, ``unanswered``, ``server dies``, ``server dies late``, ``laptop dies``,
    ``laptop dies late``, ``twice``, ``meanwhile``."""
    down_from: int = 0
    """The request from which on there is no connection; 0: never."""
    meanwhile: Callable[[], None] | None = None
    """Runs during the request of that name."""
    hostile: Callable[[SyncRequest, Callable[[], SyncAnswer]], SyncAnswer] | None = None
    """Answers in place of the server, to which the second argument passes the request on."""
    most: int = 0
    """Most changes of a batch and rows of a page; 0: the program's limits."""
    coding: str | None = None
    """The coding of messages; None: passed as objects."""


def refuse_keys(path: str) -> None:
    """Refuse an exchange of keys, as an older server does."""
    if path == "/v1/keys":
        raise ServerRefusal(404, None)


class EnrolTransport:
    """A transport for one enrolment, as a new device of this role and scope."""

    def __init__(self, server: Server, role: str, scope: Place) -> None:
        self.traffic = Traffic()
        self._server, self._role, self._scope = server, role, scope

    def use_token(self, token: str) -> None:
        """Tokens are not checked here."""

    def measure(self, message: Message) -> int:
        return 100

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        refuse_keys(path)
        assert path == "/v1/enrol", path
        assert isinstance(message, EnrolRequest)
        answer = self._server.enrol_by_code(self._role, self._scope, message)
        assert isinstance(answer, kind)
        return answer


class FaultyTransport:
    """A transport, as the program's sync uses it."""

    def __init__(
        self,
        server: Server,
        device: int,
        faults: Faults | None = None,
        keep: Callable[[int, SyncRequest], None] | None = None,
    ) -> None:
        self.traffic = Traffic()
        self._server = server
        self._device = device
        self._faults = faults or Faults()
        self._keep = keep

    def use_token(self, token: str) -> None:
        """Tokens are not checked here."""

    def measure(self, message: Message) -> int:
        return 100

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        refuse_keys(path)
        assert path == "/v1/sync", path
        assert isinstance(message, SyncRequest)
        self.traffic.requests += 1
        number, faults = self.traffic.requests, self._faults
        if number > 500:
            raise Violation("P7: a sync of 500 requests has no end")
        if faults.down_from and number >= faults.down_from:
            raise Offline
        what = faults.by_request.get(number, "")
        if what == "lost":
            raise ConnectionLost
        if what == "laptop dies":
            raise Crash
        answer = self._answer(self._pack(message, SyncRequest), what)
        if what == "laptop dies late":
            raise Crash
        if what == "unanswered":
            raise ConnectionLost
        if what == "twice":
            self._deliver(message, "")
        if what == "meanwhile" and faults.meanwhile:
            faults.meanwhile()
        packed = self._pack(answer, SyncAnswer)
        assert isinstance(packed, kind)
        return packed

    def _answer(self, request: SyncRequest, what: str) -> SyncAnswer:
        if self._faults.hostile is None:
            return self._deliver(request, what)
        return self._faults.hostile(request, lambda: self._deliver(request, what))

    def _deliver(self, request: SyncRequest, what: str) -> SyncAnswer:
        if self._keep:
            self._keep(self._device, request)
        power_cut = self._server.harness.server_power_cut
        if what.startswith("server dies"):
            power_cut.at, power_cut.after = 1, what.endswith("late")
        try:
            return self._server.ask(self._device, request)
        except Refusal as refused:
            raise ServerRefusal(refused.problem.status, refused.problem) from None
        except Crash:
            self._server.harness.server.dispose()
            raise ConnectionLost from None
        finally:
            power_cut.at = 0

    def _pack(self, message: M, kind: type[M]) -> M:
        coding = self._faults.coding
        return message if coding is None else decode(encode(message, coding), kind, coding)
