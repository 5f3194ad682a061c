"""The protocol package is enough to send a log, check it, merge it and read the answer."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import sys
from fieldkit.protocol.change import Change, Op, first_head
from fieldkit.protocol.merge import Ancestry, merge
from fieldkit.protocol.messages.sync import Batch, Page, PageRow, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import chain, decode, encode

origin = "7KQ2M9XD"
change = Change(
    1, "beneficiary", f"{origin}-1", Op.CREATE, {"district": 2, "name": "Zooni"}, None, 0, "Asha"
)
before = first_head(origin)
head = change.head(before)
batch = Batch(first=1, before=before.hex(), changes=[change.as_json()])
request = SyncRequest(origin=origin, last_seq=1, head=head.hex(), batch=batch, most=10)

received = decode(encode(request, "dcz"), SyncRequest, "dcz")
assert chain(bytes.fromhex(received.batch.before), received.batch.changes)[-1][1] == head
merged = merge({}, {}, change, Ancestry({}, origin), 0)
row = PageRow(kind="beneficiary", id=change.record_id, version=merged.version, values=merged.values)
answer = SyncAnswer(seq=1, head=head.hex(), versions=[merged.version], page=Page(rows=[row]))

read = decode(encode(answer), SyncAnswer)
assert read.page.rows[0].values["name"] == "Zooni"
others = {name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "sqlite3", "httpx"}
ours = {name for name in sys.modules if name.startswith("fieldkit.")}
print(*sorted(others | {name.split(".")[1] for name in ours}))
"""


def test_a_request_and_its_answer_need_the_protocol_alone() -> None:
    printed = subprocess.check_output([sys.executable, "-c", _PROGRAM], text=True)
    assert printed.split() == ["aadhaar", "plain_text", "protocol"]
