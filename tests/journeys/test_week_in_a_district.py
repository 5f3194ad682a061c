"""A week in a district: five laptops, a supervisor, and everything that has to be settled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import pytest
from tests.faults.processes import Server
from tests.faults.sides import on_laptop, records
from tests.journeys.office import BLOCK, DISTRICT, OTHER_BLOCK, Laptop, Office, code, sync_in_turn

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.outreach.visit import Visit

OF_BLOCK = {"Asha": BLOCK, "Bilal": BLOCK, "Esha": BLOCK, "Chand": OTHER_BLOCK, "Dila": OTHER_BLOCK}
GHULAM: dict[str, Value] = {
    "name": "Ghulam Mohammad Bhat",
    "relation": "SO",
    "relation_name": "Abdul Ahad Bhat",
    "gender": "M",
    "born": "1984-01-23",
    "mobile": "9419011432",
    "aadhaar_last4": "1432",
    "village": "Wathoora",
    "trade_code": "CARP",
    "status": "SUBMITTED",
}
ZOONI: dict[str, Value] = {
    "name": "Zooni Akhter",
    "gender": "F",
    "born": "1991-05-02",
    "mobile": "9419011444",
    "aadhaar_last4": "0143",
    "status": "ACTIVE",
}
DELIVERED = date(2026, 11, 2)


class District(NamedTuple):
    """Everybody who works in it."""

    supervisor: Laptop
    laptops: dict[str, Laptop]

    @property
    def all(self) -> list[Laptop]:
        return [*self.laptops.values(), self.supervisor]

    def sync(self) -> None:
        """Let everybody send and receive what the others sent."""
        sync_in_turn(self.all)

    def waiting(self, kind: str) -> Sequence[dict[str, Any]]:
        """Return what the supervisor finds in a section of Review."""
        found: Sequence[dict[str, Any]] = self.supervisor.read("review", "--kind", kind)
        return found


@pytest.fixture
def district(office: Office, server: Server, postgres_url: str) -> District:
    supervisor = Laptop(office, "Farooq")
    supervisor.enrol(server, code(postgres_url, "supervisor", "--district", DISTRICT))
    laptops = {name: Laptop(office, name, block) for name, block in OF_BLOCK.items()}
    for name, one in laptops.items():
        role = "registrar" if name == "Dila" else "operator"
        scope = ("--district", DISTRICT, "--block", OF_BLOCK[name])
        one.enrol(server, code(postgres_url, role, *scope))
    return District(supervisor, laptops)


def test_a_week_ends_with_everything_settled(
    district: District, postgres_url: str, server: Server
) -> None:
    asha, bilal, esha, chand, dila = district.laptops.values()
    farooq = district.supervisor
    # Monday: each enters what the day brings, and sees only the own block.
    ghulam = asha.put(Beneficiary, **GHULAM)
    again = chand.put(Beneficiary, **{**GHULAM, "name": "Gulam Mohd Bhat"})
    kits = [
        one.put(Toolkit, beneficiary_id=person, state="DELIVERED", delivered_on=DELIVERED)
        for one, person in ((asha, ghulam), (chand, again))
    ]
    groups = [
        one.put(SelfHelpGroup, name=name) for one, name in ((bilal, "Noor"), (chand, "Chinar"))
    ]
    zooni = [
        one.put(Member, **ZOONI, self_help_group_id=group)
        for one, group in zip((bilal, chand), groups, strict=True)
    ]
    wrong = dila.put(Beneficiary, name="Ali Lone", mobile="9419011433", trade_code="MASN")
    sara: dict[str, Value] = {"name": "Sara Jan", "mobile": "9419011455", "trade_code": "TAIL"}
    listed = esha.put(Beneficiary, **sara, portal_no="PMV1009")
    district.sync()

    # Tuesday: two people of one block correct the same record; a person moves to the other block.
    asha.edit(listed, village="Nagam")
    bilal.edit(listed, village="Wathoora")
    moved = esha.put(Beneficiary, name="Nazir Dar", mobile="9419011466", trade_code="CARP")
    district.sync()
    farooq.edit(moved, district=int(DISTRICT), block=int(OTHER_BLOCK))

    # Wednesday: the supervisor goes through Review.
    (pair,) = [one for one in district.waiting("duplicate") if one["kind"] == "beneficiary"]
    assert {pair["record"], *pair["related"]} == {ghulam, again}
    farooq.run("merge", ghulam, again)
    farooq.run("send-back", wrong, "--reason", "The mobile is not hers")
    (conflict,) = farooq.conflicts().values()
    farooq.run("resolve", conflict["id"], "--keep", "Nagam")
    district.sync()
    said = {one["record"]: str(one["sentence"]) for one in district.waiting("finding")}
    assert any("has a toolkit already" in said.get(kit, "") for kit in kits)
    assert any("already a member of" in said.get(one, "") for one in zooni)

    # Thursday: what was entered twice goes, under either number; the author corrects.
    assert "The mobile is not hers" in dila.run("show", wrong).decode()
    dila.edit(wrong, mobile="9419011477")
    dila.run("send-back", wrong, "--corrected", "The mobile, from her card")
    chand.put(Visit, beneficiary_id=again, state="MADE", visited_on=date(2026, 11, 5))
    farooq.delete(Toolkit, kits[1])
    chand.save_fields(Member, zooni[1], status="EXITED")
    district.sync()
    assert [str(one["sentence"])[:9] for one in district.waiting("sent-back")] == ["Corrected"]
    farooq.run("send-back", wrong, "--accept")
    farooq.run("decide", wrong, "--stage", "1", "--as", "approve")
    farooq.run("merge", zooni[0], zooni[1])

    # Friday: the portal's list, and a laptop that was lost.
    reconcile(farooq, listed)
    esha.put(Beneficiary, name="Never Sent", mobile="9419011488", trade_code="TAIL")
    (lost,) = [one for one in farooq.read("devices")["devices"] if one["name"] == "Esha"]
    farooq.run("devices", "revoke", str(lost["id"]))
    assert esha.try_("sync").code != 0
    assert "Never Sent" in esha.run("find", "Never Sent").decode()  # nothing is lost on it
    del district.laptops["Esha"]
    district.sync()

    settled(district, postgres_url)
    for one in district.all:
        shown = one.run("show", ghulam if one not in (chand, dila) else again).decode()
        assert "Bhat" in shown
    kept = farooq.run("show", again).decode()
    assert f"Also entered as {again}" in kept
    assert "5 Nov 2026" in kept
    assert "Sent back" not in dila.run("show", wrong).decode()


def reconcile(farooq: Laptop, listed: str) -> None:
    """Take the portal's word about the mobile; the second time the list is the same."""
    path = farooq.home / "portal.csv"
    path.write_text("Application ID,Name,Mobile\nPMV1009,Sara Jan,9419011499\n", "utf-8")
    compared = ("reconcile", "beneficiary", str(path), "--as-of", "2026-11-20", "--json")
    assert farooq.try_(*compared, "--accept", "all").code in (0, 1)
    (record,) = (one for one in on_laptop(farooq.home).items() if one[0][1] == listed)
    assert record[1]["mobile"] == "9419011499"
    assert json.loads(farooq.try_(*compared).out)["counts"]["differs"] == 0


def settled(district: District, database: str) -> None:
    """Nothing waits for anybody, and everybody holds the same of what both may read."""
    for section in ("conflict", "duplicate", "finding", "sent-back"):
        assert district.waiting(section) == [], section
    held = records(database)
    assert on_laptop(district.supervisor.home) == held
    for one in district.laptops.values():
        inside = {
            key: row for key, row in held.items() if str(row["block"]) == OF_BLOCK[one.operator]
        }
        mine = {key: row for key, row in on_laptop(one.home).items() if row["block"] is not None}
        assert mine == inside
        assert one.conflicts() == {}
        assert one.read("receipt")["match"] is True
