from __future__ import annotations

import json
from base64 import b64encode
from random import Random

import pytest
from sqlalchemy import Engine
from tests.server.fake_laptop import KIND, Laptop, count

from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.messages.sync import LARGEST_BODY, Focus
from fieldkit.protocol.wire.codec import encode
from fieldkit.server.database.tables import FEED
from fieldkit.server.feed import page
from fieldkit.server.ingest.records import record_state


@pytest.fixture
def laptop(engine: Engine) -> Laptop:
    return Laptop(engine)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_pages_of_any_size_bring_every_record_once(
    engine: Engine, laptop: Laptop, most: int
) -> None:
    records = [laptop.create(name=f"VO {'I' * number}") for number in range(1, 8)]
    laptop.push()
    other = Laptop(engine)
    seen: list[str] = []
    more = True
    while more:
        answer = other.pull(most)
        assert answer.page is not None
        seen += [row.id for row in answer.page.rows]
        more = answer.more
        assert len(answer.page.rows) <= most
    assert seen == records
    assert other.cursors == {2: 7}
    assert other.pull(most).page is not None
    assert other.pull(most).more is False


def test_a_record_changed_while_pages_are_turned_comes_once_more_as_it_is(
    engine: Engine, laptop: Laptop
) -> None:
    records = [laptop.create(name=f"VO {'I' * number}") for number in range(1, 5)]
    laptop.push()
    other = Laptop(engine)
    other.pull(2)
    laptop.edit(records[0], base=1, name="Changed")
    laptop.push()
    other.pull_all(2)
    assert other.values(records[0])["name"] == "Changed"
    assert set(other.rows) == set(records)
    assert count(engine, FEED) == 4


def test_an_own_row_is_answered_by_its_version_alone(laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.edit(record, village="Nagam")
    laptop.pull(request=laptop.request())
    assert (laptop.rows[record].version, laptop.rows[record].values) == (2, None)
    laptop.pull(request=laptop.request(1))  # the answer was lost: all is sent again
    laptop.edit(record, remarks="new")
    laptop.pull(request=laptop.request(1))
    assert laptop.values(record)["village"] == "Nagam"


@pytest.mark.parametrize(
    "fields",
    [{"name": " Noor  VO "}, {"name": "Noor VO", "deleted": None}],
)
def test_a_value_the_server_read_otherwise_is_sent_back(
    laptop: Laptop, fields: dict[str, Json]
) -> None:
    record = laptop.create(**fields)
    laptop.pull(request=laptop.request())
    assert laptop.values(record)["name"] == "Noor VO"


def test_a_row_that_others_wrote_since_is_sent_whole(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    other = Laptop(engine)
    other.edit(record, base=1, village="Nagam")
    other.push()
    laptop.acked = 1
    laptop.edit(record, base=1, remarks="mine")
    laptop.pull(request=laptop.request())
    assert laptop.values(record)["village"] == "Nagam"


def test_a_row_that_the_laptop_was_never_brought_is_sent_whole(
    engine: Engine, laptop: Laptop
) -> None:
    """An older copy knows the version from an answer that it does not have any more."""
    author = Laptop(engine)
    record = author.create(name="Noor VO")
    author.push()
    laptop.edit(record, base=1, village="Nagam")
    laptop.pull(request=laptop.request())
    assert laptop.values(record)["name"] == "Noor VO"


def test_a_row_that_the_laptop_was_brought_is_answered_by_its_version_alone(
    engine: Engine, laptop: Laptop
) -> None:
    author = Laptop(engine)
    record = author.create(name="Noor VO")
    author.push()
    laptop.pull_all()
    laptop.edit(record, base=1, village="Nagam")
    laptop.pull(request=laptop.request())
    assert (laptop.rows[record].version, laptop.rows[record].values) == (2, None)


def test_a_rejected_change_leaves_no_row_unsaid(laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.edit(record, village=5)
    laptop.pull(request=laptop.request())
    assert laptop.values(record)["name"] == "Noor VO"


def test_a_record_with_findings_is_sent_whole_with_them(laptop: Laptop) -> None:
    kit = laptop.create("toolkit", beneficiary_id=f"{laptop.origin}-2")
    laptop.pull(request=laptop.request())
    row = laptop.rows[kit]
    assert row.values is not None
    assert "missing_parent" in {one.rule for one in row.findings}
    laptop.acked = 1
    person = laptop.create("beneficiary", name="Gulam Bhat")
    assert person == f"{laptop.origin}-2"
    laptop.pull(request=laptop.request())
    assert "missing_parent" not in {one.rule for one in laptop.rows[kit].findings}


def test_who_moves_out_of_scope_is_gone_there_and_arrives_elsewhere(engine: Engine) -> None:
    here, there = Laptop(engine, (2, 10)), Laptop(engine, (3, 20))
    beside, whole = Laptop(engine, (2, 11)), Laptop(engine, (None, None))
    record = here.create(name="Noor VO", block=10)
    here.push()
    for one in (here, there, beside, whole):
        one.pull_all()
    assert [record in one.rows for one in (here, there, beside, whole)] == [
        True,
        False,
        False,
        True,
    ]
    here.edit(record, base=1, district=2, block=11)
    here.push()
    for one in (here, there, beside, whole):
        one.pull_all()
    assert [record in one.rows for one in (here, there, beside, whole)] == [
        False,
        False,
        True,
        True,
    ]
    beside.edit(record, base=2, district=3, block=20)
    beside.push()
    for one in (here, there, beside, whole):
        one.pull_all()
    assert [record in one.rows for one in (here, there, beside, whole)] == [
        False,
        True,
        False,
        True,
    ]
    assert (here.gone, beside.gone, whole.gone) == ([record], [record], [])
    there.edit(record, base=3, district=2, block=10)
    there.push()
    for one in (here, there, beside, whole):
        one.pull_all()
    assert [record in one.rows for one in (here, there, beside, whole)] == [
        True,
        False,
        False,
        True,
    ]
    late = Laptop(engine, (2, 11))
    late.pull_all()
    assert record not in late.rows


def test_a_record_of_the_whole_district_comes_to_every_block(engine: Engine) -> None:
    here, beside = Laptop(engine, (2, 10)), Laptop(engine, (2, 11))
    record = here.create(name="Noor VO")
    here.push()
    beside.pull_all()
    assert record in beside.rows
    here.edit(record, base=1, block=10)
    here.push()
    beside.pull_all()
    assert beside.gone == [record]


def test_a_tombstone_is_a_row(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    other = Laptop(engine)
    other.delete(record, base=1)
    other.push()
    laptop.pull_all()
    assert laptop.values(record)["deleted"] is True


def test_the_own_block_comes_first_and_nothing_twice(engine: Engine) -> None:
    writer = Laptop(engine, (None, None))
    blocks = [10, 11, 11, 10, None, 11, 10]
    records = [writer.create(name="VO", block=block) for block in blocks]
    writer.create(name="Elsewhere", district=3)
    writer.push()
    laptop = Laptop(engine, (None, None))
    laptop.focus = Focus(district=2, block=11, position=0)
    seen: list[str] = []
    more, focused = True, list[bool]()
    while more:
        answer = laptop.pull(1)
        assert answer.page is not None
        seen += [row.id for row in answer.page.rows]
        more, focused = answer.more, [*focused, answer.focus is not None]
    own = [record for record, block in zip(records, blocks, strict=True) if block == 11]
    rest = [record for record in records if record not in own]
    assert seen == [*own, *rest, f"{writer.origin}-8"]
    assert focused[0] is True
    assert focused[-1] is False
    assert laptop.cursors == {2: 7, 3: 1}


@pytest.mark.parametrize("most", [1, 2, 5])
def test_what_changes_in_the_own_block_while_the_rest_comes_is_not_lost(
    engine: Engine, most: int
) -> None:
    writer = Laptop(engine, (2, None))
    records = [writer.create(name="VO", block=10 + number % 2) for number in range(10)]
    writer.push()
    laptop = Laptop(engine, (2, None))
    laptop.focus = Focus(district=2, block=11, position=0)
    for number in range(12):
        laptop.pull(most)
        record = records[number % 10]
        writer.edit(record, name=f"VO {'I' * (number + 1)}")
        writer.push()
    laptop.pull_all(most)
    check = Laptop(engine, (2, None))
    check.pull_all()
    assert {key: row.values for key, row in laptop.rows.items()} == {
        key: row.values for key, row in check.rows.items()
    }


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_page_ends_before_it_outgrows_a_message(
    engine: Engine, laptop: Laptop, monkeypatch: pytest.MonkeyPatch, blocks: int
) -> None:
    monkeypatch.setattr(page, "_LARGEST_ROWS", 600)
    for number in range(6):
        laptop.create(name="VO", block=11 - number % blocks, remarks="x" * 400)
    laptop.push()
    other = Laptop(engine)
    other.focus = Focus(district=2, block=11, position=0)
    answer = other.pull()
    assert answer.page is not None
    assert (len(answer.page.rows), answer.more) == (1, True)
    other.pull_all()
    assert len(other.rows) == 6


def test_values_that_are_held_count_for_the_size_of_a_page(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, other = Laptop(engine), Laptop(engine)
    records = [laptop.create(name="VO", remarks="first") for _ in range(2)]
    laptop.push()
    for author, remarks in ((laptop, "second"), (other, "x" * 400)):
        for record in records:
            author.edit(record, base=1, remarks=remarks)
        author.push()
    monkeypatch.setattr(page, "_LARGEST_ROWS", 800)
    third = Laptop(engine)
    answer = third.pull()
    assert answer.page is not None
    assert (len(answer.page.rows), answer.more) == (1, True)
    third.pull_all()
    assert third.rows.keys() == set(records)


def test_what_does_not_compress_can_still_be_taken_by_the_laptop(engine: Engine) -> None:
    laptop, other, drawn = Laptop(engine), Laptop(engine), Random(7)

    def noise() -> str:
        return b64encode(drawn.randbytes(23_000)).decode()

    records = [laptop.create(of_tomorrow=noise()) for _ in range(40)]
    laptop.push(last=20)
    laptop.push()
    for author in (laptop, other):
        for record in records[:8]:
            author.edit(record, base=1, of_tomorrow=noise())
        verdicts = author.push().verdicts
    assert {one.verdict for one in verdicts} == {"conflict"}
    third, more = Laptop(engine), True
    while more:
        answer = third.pull(2000)
        assert len(encode(answer, "gzip")) <= LARGEST_BODY
        more = answer.more
    assert third.rows.keys() == set(records)


def test_unknown_kinds_and_fields_travel_on(engine: Engine, laptop: Laptop) -> None:
    pump = laptop.create("solar_pump", name="Pump", watts=750, district=2, block=10)
    laptop.edit(pump, "solar_pump", watts=1.5, tags=[1, {"a": None}])
    strange = laptop.create(name="Noor VO", motto="together")
    laptop.push()
    other = Laptop(engine, (2, 10))
    other.pull_all()
    assert other.values(pump)["watts"] == 1.5
    assert other.values(pump)["tags"] == [1, {"a": None}]
    assert other.rows[pump].kind == "solar_pump"
    assert other.values(strange)["motto"] == "together"
    other.edit(pump, "solar_pump", base=2, district=3, block=None)
    other.push()
    other.pull_all()
    assert other.gone == [pump]


def test_no_page_is_given_where_none_is_wanted(laptop: Laptop) -> None:
    laptop.create(name="Noor VO")
    answer = laptop.push()
    assert (answer.page, answer.more) == (None, False)
    assert laptop.ask(laptop.quiet()).page is None


def test_an_empty_creation_is_a_record(laptop: Laptop) -> None:
    laptop.log(Op.CREATE, f"{laptop.origin}-1", KIND, {}, None)
    laptop.pull(request=laptop.request())
    assert laptop.values(f"{laptop.origin}-1")["district"] == 2


def test_no_record_grows_beyond_what_a_page_carries(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    for number in range(12):
        laptop.log(Op.EDIT, record, KIND, {f"told_{number}": "x" * 30_000}, None)
    verdicts = laptop.push().verdicts
    assert [one.seq for one in verdicts] == [10, 11, 12, 13]
    laptop.edit(record, told_0="short")
    laptop.edit(record, told_9="x" * 20_000)
    assert laptop.push().verdicts == []
    other = Laptop(engine)
    other.pull_all()
    assert len(json.dumps(other.values(record))) < record_state.LARGEST_RECORD


def test_conflicts_count_for_the_size_of_their_record(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    for number in range(4):
        laptop.log(Op.EDIT, record, KIND, {f"told_{number}": "x" * 30_000}, None)
    assert laptop.push().verdicts == []
    other = Laptop(engine)
    for number in range(8):
        other.edit(record, base=1, **{f"told_{number % 4}": f"{number}" * 30_000})
    assert {one.verdict for one in other.push().verdicts} == {"conflict"}
    third = Laptop(engine)
    third.edit(record, base=1, told_0="y" * 30_000)
    assert [one.verdict for one in third.push().verdicts] == ["rejected"]
