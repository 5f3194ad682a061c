"""The line of a run: it hands requests to the server, and goes wrong where it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.bench import Crash
from tests.simulation.devices import Central
from tests.simulation.model import Violation

from fieldkit.protocol.messages import SyncAnswer, SyncRequest
from fieldkit.protocol.shapes import M, Message
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.server.problems import Refusal
from fieldkit.sync.transport import Cut, NoLine, Told, Traffic


@dataclass
class Trouble:
    """What goes wrong on a line, by the number of the request."""

    by_request: dict[int, str] = field(default_factory=dict)
    """``lost``, ``unanswered``, ``server dies``, ``server dies late``, ``laptop dies``,
    ``laptop dies late``, ``twice``, ``meanwhile``."""
    down_from: int = 0
    """From which request on there is no line; 0: never."""
    meanwhile: Callable[[], None] | None = None
    """What happens while that request is under way."""
    most: int = 0
    """Changes in a batch and rows in a page at most; 0: as many as usual."""
    coding: str | None = None
    """How messages are packed on the way; None: handed over as they are."""


class Wire:
    """A line of the run, as the program's sync takes it."""

    def __init__(
        self,
        central: Central,
        device: int,
        trouble: Trouble | None = None,
        keep: Callable[[int, SyncRequest], None] | None = None,
    ) -> None:
        self.traffic = Traffic()
        self._central = central
        self._device = device
        self._trouble = trouble or Trouble()
        self._keep = keep

    def use(self, token: str) -> None:
        """No token is looked at here."""

    def weigh(self, message: Message) -> int:
        return 100

    def ask(self, path: str, message: Message, kind: type[M]) -> M:
        assert path == "/v1/sync", path
        assert isinstance(message, SyncRequest)
        self.traffic.requests += 1
        number, trouble = self.traffic.requests, self._trouble
        if number > 500:
            raise Violation("P7: a sync of 500 requests has no end")
        if trouble.down_from and number >= trouble.down_from:
            raise NoLine
        what = trouble.by_request.get(number, "")
        if what == "lost":
            raise Cut
        if what == "laptop dies":
            raise Crash
        answer = self._deliver(self._pack(message, SyncRequest), what)
        if what == "laptop dies late":
            raise Crash
        if what == "unanswered":
            raise Cut
        if what == "twice":
            self._deliver(message, "")
        if what == "meanwhile" and trouble.meanwhile:
            trouble.meanwhile()
        packed = self._pack(answer, SyncAnswer)
        assert isinstance(packed, kind)
        return packed

    def _deliver(self, request: SyncRequest, what: str) -> SyncAnswer:
        if self._keep:
            self._keep(self._device, request)
        fuse = self._central.bench.server_fuse
        if what.startswith("server dies"):
            fuse.at, fuse.after = 1, what.endswith("late")
        try:
            return self._central.ask(self._device, request)
        except Refusal as refused:
            raise Told(refused.problem.status, refused.problem) from None
        except Crash:
            self._central.bench.server.dispose()
            raise Cut from None
        finally:
            fuse.at = 0

    def _pack(self, message: M, kind: type[M]) -> M:
        coding = self._trouble.coding
        return message if coding is None else decode(encode(message, coding), kind, coding)
