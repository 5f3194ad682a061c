"""A transport to a scripted server, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import Page, PageRow, Problem, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import chain, encode
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.transport import Traffic

Reply = Callable[[SyncRequest], SyncAnswer]


def accept(
    request: SyncRequest,
    rows: Iterable[PageRow] = (),
    cursors: dict[int, int] | None = None,
    *,
    more: bool = False,
    epoch: int = 1,
    scope: Scope | None = None,
    incarnation: str = "first",
    token: str | None = None,
) -> SyncAnswer:
    """Answer as a server that accepts every change."""
    seq, head, versions = request.last_seq, request.head, list[int | None]()
    if batch := request.batch:
        seq = batch.first + len(batch.changes) - 1
        head = chain(bytes.fromhex(batch.before), batch.changes)[-1][1].hex()
        versions = [1 for _ in batch.changes]
    return SyncAnswer(
        seq=seq,
        head=head,
        versions=versions,
        page=Page(rows=list(rows)),
        cursors=cursors if cursors is not None else {2: 1} | request.cursors,
        more=more,
        epoch=epoch,
        scope=scope,
        incarnation=incarnation,
        now=request.now,
        token=token,
    )


def refuse_with(
    status: int, code: str, retry_after: int | None = None, **more: int | str | None
) -> ServerRefusal:
    """Return a refusal with this problem code."""
    problem = {"type": f"/problems/{code}", "title": "", "status": status, **more}
    return ServerRefusal(status, Problem.model_validate(problem), retry_after)


class Scripted:
    """A transport to a server that follows a script, then accepts everything."""

    def __init__(self, *script: Reply | Exception) -> None:
        self.script = list(script)
        self.requests: list[SyncRequest] = []
        self.tokens: list[str] = []
        self.traffic = Traffic()

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        if path == "/v1/keys":  # an older server
            raise ServerRefusal(404, None)
        assert path == "/v1/sync"
        assert isinstance(message, SyncRequest)
        self.requests.append(message)
        self.traffic.requests += 1
        reply = self.script.pop(0) if self.script else accept
        if isinstance(reply, Exception):
            raise reply
        answer = reply(message)
        assert isinstance(answer, kind)
        return answer

    def measure(self, message: Message) -> int:
        return len(encode(message, "gzip"))

    def use_token(self, token: str) -> None:
        self.tokens.append(token)

    @property
    def sent(self) -> list[tuple[str, int, int]]:
        """Origin, first seq and number of changes of each batch sent."""
        return [
            (one.origin, one.batch.first, len(one.batch.changes))
            for one in self.requests
            if one.batch
        ]
