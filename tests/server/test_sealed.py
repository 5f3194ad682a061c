"""What revoked laptops hand in, over HTTP with PostgreSQL: kept, admitted once, or discarded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from tests.server.conftest import Api, problem
from tests.server.fake_laptop import row_of
from tests.server.http_laptop import HttpLaptop

from fieldkit.keys.sealing import new_sealing_pair, new_signing_pair, to_text
from fieldkit.protocol.bundle import BundleHeader, write_bundle
from fieldkit.protocol.messages.supervision import MOST_SEALED
from fieldkit.protocol.wire.codec import encode
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.ingest.bundles import sealed


@pytest.fixture
def office(migrated_url: str) -> Iterator[Api]:
    api = Api(migrated_url)
    yield api
    api.close()


class Sealing(HttpLaptop):
    """A laptop that can seal its work to the server."""

    def __init__(self, api: Api, district: int, block: int) -> None:
        super().__init__(api, district, block)
        self.signing, self.number = new_signing_pair(), 0
        ask = {"signing": to_text(self.signing.public)}
        self.server = api.post("/v1/keys", ask, self.token).json()["sealing"]

    def bundle(self, first: int | None = None) -> bytes:
        self.number += 1
        header = BundleHeader(
            number=self.number,
            device=to_text(self.signing.public),
            server=self.server,
            answer=to_text(new_sealing_pair().public),
        )
        request = encode(self.request(first), header.coding)
        return write_bundle(header, [request], self.signing)

    def hand_in(self, data: bytes) -> httpx.Response:
        return self.api.send("/v1/sealed", data, self.token)

    def revoked(self) -> None:
        self.api.write(lambda connection: revoke(connection, self.device.id, self.api.now))


def decide(
    head: HttpLaptop, of: Sealing, numbers: list[int], *, admit: bool = True
) -> httpx.Response:
    message = {"device": of.device.id, "numbers": numbers, "admit": admit}
    return head.api.post("/v1/decide-sealed", message, head.token)


def pieces(head: HttpLaptop, of: Sealing) -> list[Mapping[str, Any]]:
    devices = head.api.post("/v1/devices", {}, head.token).json()["devices"]
    (found,) = [one for one in devices if one["id"] == of.device.id]
    return list(found.get("sealed", []))


def test_sealed_work_counts_under_the_scope_at_the_revocation(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    asha = Sealing(office, 2, 16)
    mine = asha.create(name="Noor VO", block=16)
    others = asha.create(name="Elsewhere VO", block=17)
    asha.revoked()
    assert asha.hand_in(asha.bundle()).status_code == 200
    assert row_of(office.engine, "village_organisation", mine) == {}
    (piece,) = pieces(head, asha)
    assert (piece["changes"], piece["since"]) == (2, asha.changes[0].at)
    answer = decide(head, asha, [piece["number"]])
    assert answer.json()["verdicts"] == {"applied": 1, "rejected": 1}
    assert row_of(office.engine, "village_organisation", mine)["name"] == "Noor VO"
    assert row_of(office.engine, "village_organisation", others) == {}
    assert problem(decide(head, asha, [piece["number"]])) == (400, "wrong-input")
    assert asha.hand_in(asha.bundle()).status_code == 200
    (again,) = pieces(head, asha)
    assert decide(head, asha, [again["number"]]).json()["verdicts"] == answer.json()["verdicts"]
    assert row_of(office.engine, "village_organisation", mine)["version"] == 1


def test_work_that_does_not_continue_the_log_stays_to_be_discarded(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    asha = Sealing(office, 2, 16)
    asha.create(name="Lost VO", block=16)
    asha.create(name="Noor VO", block=16)
    asha.revoked()
    data = asha.bundle(first=2)
    assert asha.hand_in(data).status_code == 200
    (piece,) = pieces(head, asha)
    found = decide(head, asha, [piece["number"]]).json()
    assert (found.get("verdicts"), found["left"]) in [({}, 1), (None, 1)]
    assert len(pieces(head, asha)) == 1
    assert decide(head, asha, [piece["number"]], admit=False).status_code == 200
    assert pieces(head, asha) == []
    assert asha.hand_in(data).status_code == 200, "its answer was lost"
    assert pieces(head, asha) == []


def test_pieces_count_in_the_order_in_which_they_were_written(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    asha = Sealing(office, 2, 16)
    asha.create(name="Noor VO", block=16)
    first = asha.bundle()
    asha.create(name="Baramulla VO", block=16)
    second = asha.bundle(first=2)
    asha.revoked()
    assert asha.hand_in(second).status_code == 200
    (early,) = pieces(head, asha)
    assert decide(head, asha, [early["number"]]).json()["left"] == 1
    assert asha.hand_in(first).status_code == 200
    numbers = [piece["number"] for piece in pieces(head, asha)]
    found = decide(head, asha, numbers).json()
    assert (found["verdicts"], found.get("left", 0)) == ({"applied": 2}, 0)
    assert pieces(head, asha) == []


def test_a_device_hands_in_a_bounded_number_of_bundles(
    office: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = Sealing(office, 2, 16)
    asha.create(name="Noor VO", block=16)
    asha.revoked()
    for _ in range(MOST_SEALED):
        assert asha.hand_in(asha.bundle()).status_code == 200
    assert problem(asha.hand_in(asha.bundle())) == (409, "too-much-sealed")
    assert problem(office.send("/v1/sealed", b"x" * (5 << 20), asha.token)) == (413, "too-large")
    assert problem(office.send("/v1/sealed", asha.bundle())) == (401, "unauthorised")


def test_a_supervisor_of_another_area_or_a_lower_role_decides_nothing(office: Api) -> None:
    asha = Sealing(office, 2, 16)
    asha.create(name="Noor VO", block=16)
    asha.revoked()
    asha.hand_in(asha.bundle())
    head = HttpLaptop(office, 2, None, role="supervisor")
    (piece,) = pieces(head, asha)
    for sender, word in (
        (HttpLaptop(office, 2, 17, role="supervisor"), "no-device"),
        (HttpLaptop(office, 2, 16, role="registrar"), "not-supervisor"),
    ):
        assert problem(decide(sender, asha, [piece["number"]]))[1] == word
    with office.engine.connect() as connection:
        assert len(sealed.undecided(connection, asha.device.id, [piece["number"]])) == 1
