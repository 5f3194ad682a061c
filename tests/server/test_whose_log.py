"""A device that lies about ids, logs and heads (rules 36 to 40), over HTTP."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest
from tests.server.conftest import Api, Laptop, Make, Row, problem

from fieldkit.protocol.change import Json, Op, first_head
from fieldkit.protocol.wire.codec import chain
from fieldkit.server.devices.enrolment import PROVING_SECONDS
from fieldkit.server.devices.listing import Enrolment, devices
from fieldkit.server.operation.local import code

KIND = "village_organisation"
SALT = "5a17" * 8


def verdicts(answer: httpx.Response) -> list[tuple[int, str, str]]:
    """Return seq, verdict and code of what was not applied."""
    assert answer.status_code == 200, answer.text
    told = answer.json().get("verdicts", [])
    return [(one["seq"], one["verdict"], one["rule"]) for one in told]


def send(laptop: Laptop, first: int = 1, **more: object) -> httpx.Response:
    return laptop.post("/v1/sync", laptop.request(first) | {"codes": True} | more)


def create(laptop: Laptop, record_id: str, **fields: Json) -> None:
    """Log the creation of a record of any id."""
    laptop.edit(record_id, KIND, None, Op.CREATE, **fields)


def branch(laptop: Laptop, parent: Laptop, seq: int) -> dict[str, object]:
    """Return the parent to name for a log that goes on from ``seq`` of another."""
    assert laptop.origin != parent.origin
    return {"origin": parent.origin, "seq": seq, "head": parent.heads[seq].hex()}


def enrol_again(laptop: Laptop, served: tuple[str, Path], logs: object) -> httpx.Response:
    """Enrol as a new device: the token is lost."""
    fresh = code(served[1] / "server.sqlite3", "operator", 2, None)
    return laptop.enrol(fresh, token="", name="Zooni", logs=logs)


def heads(laptop: Laptop, *seqs: int) -> list[dict[str, object]]:
    """Return what a laptop shows of its log when it enrols."""
    return [{"origin": laptop.origin, "seq": n, "head": laptop.heads[n].hex()} for n in seqs]


def copy_of(laptop: Laptop, thief: Laptop) -> None:
    """Give a laptop another's log, as a thief who has read all of it."""
    thief.origin, thief.heads = laptop.origin, list(laptop.heads)
    thief.changes = list(laptop.changes)


# --- rule 36: a creation is taken only under the prefix of its own log ---


def test_an_id_cannot_be_taken_in_advance(make_laptop: Make, row: Row) -> None:
    laptop, thief = make_laptop(district=2), make_laptop(district=2)
    taken = f"{laptop.origin}-1"
    create(thief, taken, name="Not theirs to make")
    assert verdicts(send(thief)) == [(1, "rejected", "other_number")]
    assert row(KIND, taken) == {}
    laptop.change(1, name="Noor VO")
    assert verdicts(send(laptop)) == []
    assert row(KIND, taken)["name"] == "Noor VO"


def test_a_creation_sent_back_is_sent_again_by_a_log_that_goes_on(
    make_laptop: Make, row: Row
) -> None:
    first, second, third = (make_laptop(district=2) for _ in range(3))
    record = f"{first.origin}-1"
    create(first, record, name="Noor VO", district=5)
    assert verdicts(send(first)) == [(1, "rejected", "out_of_scope")]
    second.token = third.token = first.token
    create(second, record, name="Noor VO", district=3)
    assert verdicts(send(second, parent=branch(second, first, 1))) == [
        (1, "rejected", "out_of_scope")
    ]
    create(third, record, name="Noor VO", district=2)
    create(third, f"{first.origin}-2", name="Never made there", district=2)
    sent = verdicts(send(third, parent=branch(third, second, 1)))
    assert sent == [(2, "rejected", "other_number")]
    assert row(KIND, record)["name"] == "Noor VO"


def test_a_creation_that_held_an_aadhaar_number_is_sent_again_too(
    make_laptop: Make, row: Row
) -> None:
    first, second = make_laptop(district=2), make_laptop(district=2)
    record = f"{first.origin}-1"
    create(first, record, name="Noor VO", remarks="2341 2341 2346")
    assert verdicts(send(first)) == [(1, "rejected", "unfitting.value")]
    second.token = first.token
    create(second, record, name="Noor VO")
    assert verdicts(send(second, parent=branch(second, first, 1))) == []
    assert row(KIND, record)["name"] == "Noor VO"


def test_an_edit_of_an_id_by_an_earlier_log_makes_no_creation_of_it(make_laptop: Make) -> None:
    """A device may log what it likes about another's id, and go on from that."""
    laptop, thief, heir = (make_laptop(district=2) for _ in range(3))
    taken = f"{laptop.origin}-1"
    thief.edit(taken, KIND, None, name="Mine", remarks="2341 2341 2346")
    create(thief, taken, name="Mine", district=5)
    assert [one[1] for one in verdicts(send(thief))] == ["rejected", "rejected"]
    heir.token = thief.token
    create(heir, taken, name="Mine")
    sent = verdicts(send(heir, parent=branch(heir, thief, 2)))
    assert sent == [(1, "rejected", "other_number")]


def test_a_creation_of_a_record_that_is_there_is_merged(make_laptop: Make, row: Row) -> None:
    """It takes nothing in advance: an older laptop loads a file that another one exported."""
    laptop, other = make_laptop(district=2), make_laptop(district=2)
    laptop.change(1, name="Noor VO")
    assert verdicts(send(laptop)) == []
    record = f"{laptop.origin}-1"
    create(other, record, name="Noor VO", village="Nagam")
    assert verdicts(send(other)) == []
    assert row(KIND, record)["village"] == "Nagam"


# --- rule 37: a log is bound to the devices that proved it ---


def test_a_supervisor_who_sees_a_head_cannot_extend_the_log(make_laptop: Make, row: Row) -> None:
    laptop, thief = make_laptop(district=2), make_laptop("supervisor", district=2)
    laptop.change(1, name="Noor VO")
    send(laptop)
    (seen,) = thief.post("/v1/receipt", {"origins": [laptop.origin], "salt": SALT}).json()["logs"]
    copy_of(laptop, thief)
    assert problem(thief.ask()) == (403, "not-yours")
    thief.heads[1] = bytes.fromhex(seen["head"])
    thief.change(1, Op.EDIT, name="Forged")
    assert problem(send(thief, 2)) == (403, "not-yours")
    copy_of(laptop, thief)
    thief.change(1, Op.EDIT, name="Forged")
    for first in (1, 2):
        assert problem(send(thief, first)) == (403, "not-yours")
    assert row(KIND, f"{laptop.origin}-1")["name"] == "Noor VO"
    laptop.change(2, name="Second VO")
    assert verdicts(send(laptop, 2)) == []


@pytest.mark.parametrize("seq", [1, 2])
def test_another_devices_log_cannot_be_named_as_parent(
    make_laptop: Make, row: Row, seq: int
) -> None:
    """Its writes would count as one's own, and be overwritten without a conflict."""
    laptop, thief = make_laptop(district=2), make_laptop(district=2)
    laptop.change(1, name="Noor VO")
    laptop.change(1, Op.EDIT, name="Noor First")
    send(laptop)
    thief.edit(f"{laptop.origin}-1", KIND, None, name="Forged")
    parent = branch(thief, laptop, seq)
    for answer in (
        send(thief, parent=parent),
        thief.post("/v1/sync", thief.quiet() | {"parent": parent}),
    ):
        assert problem(answer) == (403, "not-yours")
        assert answer.json()["origin"] == laptop.origin
        assert answer.json().get("head") is None
    assert row(KIND, f"{laptop.origin}-1")["name"] == "Noor First"


def test_naming_the_beginning_of_a_log_makes_none_of_it_ones_own(
    make_laptop: Make, row: Row
) -> None:
    """Everybody knows the head before a log's first change."""
    laptop, thief = make_laptop(district=2), make_laptop(district=2)
    laptop.change(1, name="Noor VO")
    send(laptop)
    create(thief, f"{laptop.origin}-2", name="Taken in advance")
    assert problem(send(thief, parent=branch(thief, laptop, 0))) == (403, "not-yours")
    assert row(KIND, f"{laptop.origin}-2") == {}


def test_an_empty_log_is_anybodys_and_the_first_change_binds_it(make_laptop: Make) -> None:
    laptop, other = make_laptop(district=2), make_laptop(district=2)
    other.origin, other.heads = laptop.origin, list(laptop.heads)
    for one in (laptop, other):
        assert one.ask().status_code == 200
    laptop.change(1, name="Noor VO")
    assert verdicts(send(laptop)) == []
    assert problem(other.ask()) == (403, "not-yours")
    assert laptop.ask().status_code == 200


# --- rule 38: proof at enrolment ---


def test_the_laptop_that_holds_a_log_proves_it_when_it_enrols_again(
    make_laptop: Make, served: tuple[str, Path]
) -> None:
    laptop = make_laptop(district=2)
    for n in range(3):
        laptop.change(n + 1, name="Noor VO")
    send(laptop)
    old, unsent = laptop.token, laptop.change(9, name="Not sent yet")
    assert enrol_again(laptop, served, heads(laptop, 4, 3, 1)).status_code == 200
    assert verdicts(send(laptop, unsent.seq)) == []
    (held,) = listed(served)[-1]["holds"]
    assert (held["origin"], held["name"]) == (laptop.origin, "Asha")
    laptop.token = old  # the device that had it before still has it
    assert laptop.ask().json()["seq"] == 4


def listed(served: tuple[str, Path]) -> list[Enrolment]:
    return devices(f"sqlite:///{served[1] / 'server.sqlite3'}", 1_790_000_000)


def test_an_older_laptop_proves_a_log_by_its_first_syncs(
    make_laptop: Make, served: tuple[str, Path]
) -> None:
    """It shows no heads when it enrols, and would never sync again."""
    first, second = make_laptop(district=2), make_laptop(district=2)
    second.token = first.token
    first.change(1, name="Noor VO")
    send(first)
    second.change(1, name="Chinar VO")
    parent = branch(second, first, 1)
    send(second, parent=parent)
    unsent = second.change(2, name="Not sent yet")
    assert enrol_again(second, served, None).status_code == 200
    first.token = second.token
    assert first.ask().json()["seq"] == 1
    assert verdicts(send(second, unsent.seq, parent=parent)) == []
    assert {one["origin"] for one in listed(served)[-1]["holds"]} == {first.origin, second.origin}


@pytest.mark.parametrize("late", [False, True])
def test_an_older_laptop_without_the_log_proves_nothing(api: Api, late: bool) -> None:
    mine = api.token()
    before = first_head(api.origin)
    change: dict[str, object] = {"seq": 1, "kind": 5}
    ((_, head), (_, next_head)) = chain(before, [change, change | {"seq": 2}])
    batch = {"first": 1, "before": before.hex(), "changes": [change]}
    assert api.ask(mine, last_seq=1, head=head.hex(), batch=batch).status_code == 200
    other = api.token()
    right = {"last_seq": 1, "head": head.hex()}
    if late:
        api.now += PROVING_SECONDS
        assert problem(api.ask(other, **right)) == (403, "not-yours")
        return
    wrong = {"last_seq": 1, "head": next_head.hex()}
    assert problem(api.ask(other)) == (403, "not-yours")
    assert problem(api.ask(other, **wrong)) == (403, "not-yours")
    ahead = {"first": 2, "before": next_head.hex(), "changes": [change | {"seq": 2}]}
    assert problem(api.ask(other, **wrong, batch=ahead)) == (403, "not-yours")
    refused = api.ask(other, last_seq=5, head=head.hex())
    assert problem(refused) == (409, "gap")
    assert (refused.json()["expected"], refused.json().get("head")) == (2, None)
    assert api.ask(other, **right).json()["seq"] == 1


@pytest.mark.parametrize("shown", ["none", "false", "of the receipt", "beyond the end", "before"])
def test_false_heads_prove_nothing(make_laptop: Make, served: tuple[str, Path], shown: str) -> None:
    laptop, thief = make_laptop(district=2), make_laptop("supervisor", district=2)
    laptop.change(1, name="Noor VO")
    send(laptop)
    asked = {"origins": [laptop.origin], "salt": SALT}
    (seen,) = thief.post("/v1/receipt", asked).json()["logs"]
    copy_of(laptop, thief)
    thief.change(1, Op.EDIT, name="Forged")
    made_up = {"none": [], "false": [(1, "00" * 32)], "of the receipt": [(1, seen["head"])]}
    made_up["beyond the end"] = [(2, thief.heads[2].hex())]
    made_up["before"] = [(0, laptop.heads[0].hex())]
    proofs = [{"origin": laptop.origin, "seq": n, "head": head} for n, head in made_up[shown]]
    enrolled = enrol_again(thief, served, proofs)
    assert enrolled.status_code == (400 if shown == "before" else 200)
    assert problem(send(thief, 2)) == (403, "not-yours")


def test_the_heads_shown_are_bounded(make_laptop: Make, served: tuple[str, Path]) -> None:
    laptop = make_laptop(district=2)
    laptop.change(1, name="Noor VO")
    assert problem(enrol_again(laptop, served, heads(laptop, 1) * 100_000)) in {
        (400, "unreadable"),
        (413, "too-large"),
    }
    assert enrol_again(laptop, served, heads(laptop, 1) * 100).status_code == 200


# --- rule 39: not-yours ---


def test_a_log_that_differs_from_the_first_change_on_is_a_fork(make_laptop: Make) -> None:
    """Two laptops were set up from one disk; the second one to send logs again."""
    laptop, clone = make_laptop(district=2), make_laptop(district=2)
    clone.origin, clone.heads = laptop.origin, list(laptop.heads)
    laptop.change(1, name="Noor VO")
    clone.change(1, name="Chinar VO")
    assert verdicts(send(laptop)) == []
    answer = send(clone, most=10).json()
    assert (answer["fork"], answer["seq"], answer["head"]) == (1, 0, clone.heads[0].hex())
    assert answer.get("page") is None
    assert problem(clone.ask()) == (403, "not-yours")


# --- rule 40: receipts ---


def test_a_receipt_shows_heads_to_the_laptops_of_a_log_alone(make_laptop: Make) -> None:
    laptop, chief = make_laptop(district=2), make_laptop("supervisor", district=2)
    laptop.change(1, name="Noor VO")
    send(laptop)
    head = laptop.heads[1].hex()
    asked: dict[str, object] = {"origins": [laptop.origin]}
    for more in ({}, {"salt": SALT}):
        (own,) = laptop.post("/v1/receipt", asked | more).json()["logs"]
        assert (own["seq"], own["head"], own.get("salted", False)) == (1, head, False)
    assert chief.post("/v1/receipt", asked).json()["logs"] == []
    answer = chief.post("/v1/receipt", asked | {"salt": SALT})
    assert head not in answer.text
    (shown,) = answer.json()["logs"]
    form = f'["{SALT}","{laptop.origin}",1,"{head}"]'
    assert shown["salted"]
    assert shown["head"] == hashlib.sha256(form.encode()).hexdigest()
