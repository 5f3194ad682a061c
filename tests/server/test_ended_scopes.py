"""What a device may still write in an area that it was taken from (rules 32 and 33)."""

from __future__ import annotations

import pytest
from tests.server.conftest import Api
from tests.server.fake_laptop import KIND, row_of
from tests.server.http_laptop import DAY, HttpLaptop

from fieldkit.protocol.messages.sync import SyncAnswer


def verdicts(answer: SyncAnswer) -> list[str]:
    """Return the verdict of each change of a batch."""
    named = {one.seq: one.verdict for one in answer.verdicts}
    first = answer.seq - len(answer.versions) + 1
    return [named.get(seq, "applied") for seq in range(first, answer.seq + 1)]


@pytest.fixture
def former(api: Api) -> HttpLaptop:
    """A laptop of block 16."""
    return HttpLaptop(api, 2, 16, operator="Zooni")


@pytest.fixture
def there(api: Api) -> HttpLaptop:
    """The laptop that goes on working in block 16."""
    return HttpLaptop(api, 2, 16, operator="Bilal")


def newest(laptop: HttpLaptop) -> int:
    """Push, and return the version that the last change made."""
    version = laptop.push().versions[-1]
    assert version is not None
    return version


def values(api: Api, record: str) -> dict[str, object]:
    return row_of(api.engine, KIND, record)


def test_work_for_a_former_area_counts_for_thirty_days(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.gets(2, 17)
    api.now += 29 * DAY
    former.edit(record, base=seen, village="Nagam")
    former.create(name="Late VO", block=16)
    assert verdicts(former.push()) == ["applied", "applied"]
    api.now += 2 * DAY
    former.edit(record, base=seen, remarks="too late")
    made = former.create(name="Too late VO", block=16)
    former.delete(record, base=seen)
    assert verdicts(former.push()) == ["late"] * 3
    assert values(api, record)["remarks"] is None
    assert values(api, made) == {}
    assert not values(api, record)["deleted"]


def test_whatever_epoch_is_declared(api: Api, former: HttpLaptop, there: HttpLaptop) -> None:
    """A laptop learns of its new area late, or says that it did; neither decides."""
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.gets(2, 17)
    former.edit(record, base=seen, village="Nagam")
    request = former.request().model_copy(update={"epoch": 2})
    assert verdicts(former.ask(request)) == ["applied"]


def test_a_record_made_after_the_end_cannot_have_been_seen(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    former.gets(2, 17)
    api.now += DAY
    record = there.create(name="Noor VO", block=16)
    made = newest(there)
    former.edit(record, base=None, village="Nagam")
    former.delete(record, base=made)
    assert verdicts(former.push()) == ["late"] * 2
    assert values(api, record)["village"] is None


def test_a_version_made_after_the_end_cannot_be_a_base(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.gets(2, 17)
    api.now += DAY
    there.edit(record, base=seen, name="Noor of Nagam")
    former.edit(record, base=newest(there), name="Mine")
    assert verdicts(former.push()) == ["late"]
    assert values(api, record)["name"] == "Noor of Nagam"
    former.edit(record, base=seen, name="Noor of old")
    assert verdicts(former.push()) == ["conflict"]


def test_own_work_in_the_former_area_goes_on(api: Api, former: HttpLaptop) -> None:
    """What was entered and edited there before the laptop heard of the end."""
    former.gets(2, 17)
    api.now += DAY
    record = former.create(name="Noor VO", block=16)
    former.edit(record, village="Nagam")
    assert verdicts(former.push()) == ["applied", "applied"]
    api.now += 60
    former.edit(record, village="Wathora")
    former.delete(record)
    assert verdicts(former.push()) == ["applied", "applied"]


def test_a_record_that_left_before_the_device_came_cannot_have_been_seen(api: Api) -> None:
    """The block that a record left long ago is no way to it."""
    whole = HttpLaptop(api)
    record = whole.create(name="Noor VO", block=16)
    seen = newest(whole)
    api.now += DAY
    whole.edit(record, base=seen, district=3, block=22)
    whole.push()
    api.now += DAY
    newcomer = HttpLaptop(api, 2, 16)
    newcomer.edit(record, base=seen, village="Nagam")
    assert verdicts(newcomer.push()) == ["late"]
    assert values(api, record)["village"] is None


def test_a_record_that_left_the_area_is_written_for_thirty_days(
    api: Api, former: HttpLaptop
) -> None:
    whole = HttpLaptop(api)
    record = whole.create(name="Noor VO", block=16)
    seen = newest(whole)
    api.now += DAY
    whole.edit(record, base=seen, district=3, block=22)
    whole.push()
    api.now += 29 * DAY
    former.edit(record, base=seen, village="Nagam")
    assert verdicts(former.push()) == ["applied"]
    api.now += 2 * DAY
    former.edit(record, base=seen, remarks="too late")
    assert verdicts(former.push()) == ["late"]
