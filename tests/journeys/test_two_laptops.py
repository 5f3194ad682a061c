"""Two laptops and a server: what both did without a line comes together, and nothing is lost."""

from __future__ import annotations

import pytest
from tests.faults.processes import Server
from tests.faults.sides import on_laptop, records
from tests.journeys.office import (
    BLOCK,
    DISTRICT,
    OTHER_BLOCK,
    Laptop,
    Office,
    code,
    sync_in_turn,
)

from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit


@pytest.fixture
def laptops(office: Office, server: Server, postgres_url: str) -> list[Laptop]:
    """Two laptops of one block, enrolled."""
    found = [Laptop(office, name) for name in ("Asha", "Bilal")]
    for one in found:
        one.enrol(server, code(postgres_url, "operator", "--district", DISTRICT, "--block", BLOCK))
    return found


def test_work_on_the_same_people_comes_together(
    laptops: list[Laptop], server: Server, postgres_url: str, office: Office
) -> None:
    asha, bilal = laptops
    people = asha.save(*(Edit(Beneficiary, artisan(letter)) for letter in "ABCDE"))
    sync_in_turn(laptops)
    assert on_laptop(asha.home) == on_laptop(bilal.home) == records(postgres_url)

    two_fields, one_field, same_value, gone, typed = people
    asha.edit(two_fields, mobile="9419000001")
    bilal.edit(two_fields, remarks="Works at home.")
    for person in (one_field, typed):
        asha.edit(person, remarks="Seen by Asha.")
        bilal.edit(person, remarks="Seen by Bilal.")
    for one in laptops:
        one.edit(same_value, mobile="9419000003")
    asha.save(Edit(Beneficiary, {}, gone, op=Op.DELETE))
    bilal.edit(gone, mobile="9419000004")
    added = [one.save(Edit(Beneficiary, artisan(one.operator)))[0] for one in laptops]
    sync_in_turn(laptops)

    assert on_laptop(asha.home) == on_laptop(bilal.home) == records(postgres_url)
    rows = on_laptop(asha.home)
    assert {person for _, person in rows} == {*people, *added}
    merged = rows["beneficiary", two_fields]
    assert (merged["mobile"], merged["remarks"]) == ("9419000001", "Works at home.")
    assert rows["beneficiary", same_value]["mobile"] == "9419000003"

    mine, theirs = asha.conflicts(), bilal.conflicts()
    assert mine.keys() == theirs.keys()
    assert mine.keys() == {(one_field, "remarks"), (typed, "remarks"), (gone, "deleted")}
    here, there = mine[one_field, "remarks"], theirs[one_field, "remarks"]
    assert (here["mine"], here["theirs"]) == ("Seen by Asha.", "Seen by Bilal.")
    assert (there["mine"], there["theirs"]) == ("Seen by Bilal.", "Seen by Asha.")
    assert (here["who"], there["who"], here["base"]) == ("Bilal", "Asha", None)

    bilal.run("resolve", there["id"], "--keep", "mine")
    asha.run("resolve", mine[typed, "remarks"]["id"], "--keep", "Seen by both.")
    bilal.run("resolve", theirs[gone, "deleted"]["id"], "--keep", "mine")
    sync_in_turn([bilal, asha])

    assert on_laptop(asha.home) == on_laptop(bilal.home) == records(postgres_url)
    rows = on_laptop(bilal.home)
    assert rows["beneficiary", one_field]["remarks"] == "Seen by Bilal."
    assert rows["beneficiary", typed]["remarks"] == "Seen by both."
    kept = rows["beneficiary", gone]
    assert (kept["deleted"], kept["mobile"]) == (False, "9419000004")
    for one in laptops:
        assert one.conflicts() == {}
        receipt = one.read("receipt")
        assert receipt["match"] is True, receipt
        assert one.run("export", "beneficiary", "--format", "jsonl").count(b"\n") == 7
        assert one.read("check")["sound"]
    sync_in_turn(laptops)  # the log of these exports
    others_see(laptops, server, postgres_url, office)


def others_see(laptops: list[Laptop], server: Server, database: str, office: Office) -> None:
    """A supervisor of the district sees all of it, a laptop of another block none."""
    supervisor = Laptop(office, "Shabnam")
    supervisor.enrol(server, code(database, "supervisor", "--district", DISTRICT))
    stranger = Laptop(office, "Tariq")
    scope = ("--district", DISTRICT, "--block", OTHER_BLOCK)
    stranger.enrol(server, code(database, "operator", *scope))
    supervisor.sync()
    stranger.sync()
    assert on_laptop(supervisor.home) == on_laptop(laptops[0].home)
    assert on_laptop(stranger.home) == {}


def artisan(name: str) -> dict[str, Value]:
    return {"name": f"Ghulam Mohammad {name}", "trade_code": "CARP"}
