"""The laptop's side of a recovery, over HTTP: an answer that is lost, a server that lies."""

from __future__ import annotations

import pytest
from tests.sync.conftest import Enrolled

from fieldkit.keys.passphrase import new_key
from fieldkit.keys.sealing import seal, to_text
from fieldkit.protocol.messages.keys import RecoverAnswer
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.sync.failures import ConnectionLost
from fieldkit.sync.requests.recover import NotRecovered, recover
from fieldkit.sync.requests.supervision import fetch_devices, recovery_code
from fieldkit.sync.sentences import FAULTY
from fieldkit.sync.transport import HttpTransport


class Losing(HttpTransport):
    """Loses the first answers."""

    def __init__(self, server: str, many: int) -> None:
        super().__init__(server)
        self._many = many

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        answer = super().post(path, message, kind)
        self._many -= 1
        if self._many >= 0:
            raise ConnectionLost
        return answer


@pytest.mark.parametrize("many", [2, 3])
def test_an_answer_that_is_lost_is_asked_for_again(
    laptop: Enrolled, server: str, many: int
) -> None:
    head, locked = laptop("head", "supervisor"), laptop("locked", "operator")
    keys, data_key = locked.access.keys(), new_key()
    assert keys is not None
    sealed = seal(data_key, keys.server_sealing)
    number = max(one.id for one in fetch_devices(head).devices)
    made = recovery_code(head, number).code
    with Losing(server, many) as line:
        if many == 2:
            assert recover(server, made, sealed, transport=line) == data_key
        else:
            with pytest.raises(NotRecovered, match="Ask the supervisor for a new code"):
                recover(server, made, sealed, transport=line)


def test_an_answer_for_another_laptop_is_no_key(server: str) -> None:
    class Lying(HttpTransport):
        def post(self, path: str, message: Message, kind: type[M]) -> M:
            answer = RecoverAnswer(now=1, sealed=to_text(seal(new_key(), bytes(range(32)))))
            assert isinstance(answer, kind)
            return answer

    with Lying(server) as line, pytest.raises(NotRecovered) as refused:
        recover(server, "00000-00000", bytes(80), transport=line)
    assert str(refused.value) == FAULTY
