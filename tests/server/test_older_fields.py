"""What the server makes of older fields is a record like any other."""

from __future__ import annotations

from sqlalchemy import select
from tests.server.conftest import Api
from tests.server.fake_laptop import row_of
from tests.server.http_laptop import DAY, HttpLaptop

from fieldkit.records.community.insurance_cover import InsuranceCover

COVER = "insurance_cover"


def cover_of(api: Api, member: str) -> tuple[str, int]:
    """Return number and version of the cover that was made for a member."""
    columns = InsuranceCover.table().c
    query = select(columns.id, columns.version).where(columns.member_id == member)
    with api.engine.connect() as connection:
        number, version = connection.execute(query).one()
    return number, version


def test_it_moves_with_its_member_until_a_person_changes_it(api: Api) -> None:
    laptop = HttpLaptop(api, 2, None)
    member = laptop.create("member", name="Zooni Akhter", block=16, pmjjby=True)
    laptop.push()
    number, _ = cover_of(api, member)
    assert row_of(api.engine, COVER, number)["block"] == 16
    laptop.edit(member, "member", block=17)
    laptop.push()
    assert row_of(api.engine, COVER, number)["block"] == 17
    laptop.delete(member, "member")
    laptop.push()
    assert row_of(api.engine, COVER, number)["deleted"]


def test_two_persons_may_disagree_about_it(api: Api) -> None:
    asha, bilal = HttpLaptop(api, 2, 16), HttpLaptop(api, 2, 16)
    member = asha.create("member", name="Zooni Akhter", block=16, pmsby=True)
    asha.push()
    number, seen = cover_of(api, member)
    asha.edit(number, COVER, base=seen, enrolled_on="2025-06-01")
    asha.push()
    bilal.edit(number, COVER, base=seen, enrolled_on="2025-06-02")
    (verdict,) = bilal.push().verdicts
    assert (verdict.verdict, verdict.field) == ("conflict", "enrolled_on")


def test_who_left_the_area_may_still_change_what_they_saw_there(api: Api) -> None:
    former, there = HttpLaptop(api, 2, 16), HttpLaptop(api, 2, 16)
    member = there.create("member", name="Zooni Akhter", block=16, pmjjby=True)
    there.push()
    number, seen = cover_of(api, member)
    api.now += DAY
    former.gets(2, 17)
    former.edit(number, COVER, base=seen, cover_no="JJ1")
    assert former.push().verdicts == []
    assert row_of(api.engine, COVER, number)["cover_no"] == "JJ1"
