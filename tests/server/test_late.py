"""Late changes are kept, and a supervisor takes them in or leaves them (rule 34)."""

from __future__ import annotations

import json

import pytest
from tests.server.conftest import Api
from tests.server.fake_laptop import KIND, Laptop, row_of
from tests.server.http_laptop import DAY, HttpLaptop
from tests.server.test_early_edits import settled
from tests.server.test_ended_scopes import newest, verdicts

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import new_origin
from fieldkit.server.devices.authentication import WrongInput
from fieldkit.server.devices.scopes import close_scopes, set_grace
from fieldkit.server.ingest import unsettled
from fieldkit.server.operation.late import late_changes, leave, take


@pytest.fixture
def there(api: Api) -> HttpLaptop:
    """The laptop of block 16."""
    return HttpLaptop(api, 2, 16, operator="Bilal")


@pytest.fixture
def former(api: Api, there: HttpLaptop) -> HttpLaptop:
    """A laptop that had block 16, too long ago."""
    laptop = HttpLaptop(api, 2, 16, operator="Zooni")
    laptop.gets(2, 17)
    api.now += 31 * DAY
    return laptop


def named(laptop: Laptop, *seqs: int) -> list[str]:
    return [f"{laptop.origin}/{seq}" for seq in seqs]


def took(api: Api, laptop: Laptop, *seqs: int) -> list[str]:
    return [one["verdict"] for one in take(api.url, api.now, named(laptop, *seqs))]


def test_a_supervisor_closes_an_ended_scope_before_its_time(api: Api) -> None:
    laptop = HttpLaptop(api, 2, 16)
    laptop.gets(2, 17)
    laptop.create(name="Noor VO", block=16)
    assert verdicts(laptop.push()) == ["applied"]
    api.write(lambda connection: close_scopes(connection, laptop.device.id, api.now))
    laptop.create(name="Noor VO", block=16)
    laptop.create(name="Noor VO", block=17)
    assert verdicts(laptop.push()) == ["late", "applied"]


def test_the_days_are_set_on_the_server(api: Api, former: HttpLaptop) -> None:
    api.write(lambda connection: set_grace(connection, 40))
    former.create(name="Noor VO", block=16)
    assert verdicts(former.push()) == ["applied"]
    api.write(lambda connection: set_grace(connection, 0))
    former.create(name="Noor VO", block=16)
    assert verdicts(former.push()) == ["late"]
    with pytest.raises(WrongInput):
        api.write(lambda connection: set_grace(connection, -1))


def test_a_late_change_is_taken_in_by_the_same_merge(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    there.edit(record, base=seen, name="Noor of Nagam")
    last = newest(there)
    former.edit(record, base=seen, name="Noor of old", village="Nagam")
    assert verdicts(former.push()) == ["late"]
    assert settled(former, 1, "late") is None
    (listed,) = late_changes(api.url)
    assert (listed["change"], listed["block"], listed["fields"]) == (
        f"{former.origin}/1",
        16,
        {"name": "Noor of old", "village": "Nagam"},
    )
    assert took(api, former, 1) == ["conflict"]
    assert late_changes(api.url) == []
    assert settled(former, 1, "late") == ("conflict", last + 1)
    there.pull_all()
    assert there.values(record)["village"] == "Nagam"
    assert there.values(record)["name"] == "Noor of Nagam"
    (conflict,) = there.rows[record].conflicts
    assert (conflict.held, conflict.base, conflict.by) == ("Noor of old", "Noor VO", "Zooni")
    with pytest.raises(WrongInput):
        took(api, former, 1)


def test_a_late_change_that_is_left_comes_back(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    former.edit(record, base=newest(there), village="Nagam")
    former.push()
    assert leave(api.url, api.now, named(former, 1)) == named(former, 1)
    assert settled(former, 1, "late") == ("rejected", None)
    (again,) = former.ask(former.request(1)).verdicts
    assert (again.verdict, row_of(api.engine, KIND, record)["village"]) == ("rejected", None)


def test_a_late_entry_and_what_waits_for_it(api: Api, former: HttpLaptop) -> None:
    record = former.create(name="Noor VO", block=16)
    former.edit(record, village="Nagam")
    former.edit(record, name="Noor of Nagam")
    assert verdicts(former.push()) == ["late", "waiting", "waiting"]
    taken = take(api.url, api.now, device=former.device.id)
    assert [one["verdict"] for one in taken] == ["applied"] * 3
    row = row_of(api.engine, KIND, record)
    assert (row["name"], row["village"], row["block"]) == ("Noor of Nagam", "Nagam", 16)


def test_a_late_entry_that_is_left_takes_its_edits_along(api: Api, former: HttpLaptop) -> None:
    record = former.create(name="Noor VO", block=16)
    former.edit(record, village="Nagam")
    former.push()
    leave(api.url, api.now, named(former, 1))
    assert settled(former, 2) == ("rejected", None)
    former.edit(record, village="Wathora")
    assert verdicts(former.push()) == ["rejected"]
    assert late_changes(api.url) == []


def test_a_late_change_skips_what_its_own_log_has_written_since(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    """The record came to the new area, where the same laptop went on with it."""
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.edit(record, base=seen, village="Old", remarks="old", block=16, district=2)
    former.push()
    there.edit(record, base=seen, district=2, block=17)
    moved = newest(there)
    former.edit(record, base=moved, village="New")
    assert verdicts(former.push()) == ["applied"]
    assert took(api, former, 1) == ["conflict"]
    row = row_of(api.engine, KIND, record)
    assert (row["village"], row["remarks"], row["block"]) == ("New", "old", 17)
    held = [(one.field, one.held) for one in pulled(former).rows[record].conflicts]
    assert held == [("district+block", [2, 16])]


def test_it_skips_what_a_log_that_continues_its_own_has_written(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.edit(record, base=seen, village="Old", remarks="old")
    former.push()
    there.edit(record, base=seen, district=2, block=17)
    moved, first = newest(there), former.origin
    former.branch(new_origin(), former.as_parent(1))
    former.edit(record, base=moved, village="New")
    former.delete(record, base=moved)
    assert verdicts(former.push()) == ["applied", "applied"]
    assert [one["verdict"] for one in take(api.url, api.now, [f"{first}/1"])] == ["applied"]
    row = row_of(api.engine, KIND, record)
    assert (row["village"], row["remarks"], row["deleted"]) == ("New", "old", True)


def test_the_value_at_a_base_is_not_one_that_was_skipped(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.edit(record, base=seen, village="Old")
    former.push()
    there.edit(record, base=seen, district=2, block=17)
    former.edit(record, base=newest(there), village="New")
    former.push()
    assert took(api, former, 1) == ["applied"]
    whole = HttpLaptop(api)
    whole.pull_all()
    base = whole.rows[record].version
    former.edit(record, base=base, village="Newer")
    former.push()
    whole.edit(record, base=base, village="Mine")
    whole.push()
    (conflict,) = pulled(whole).rows[record].conflicts
    assert conflict.base == "New"


def pulled(laptop: HttpLaptop) -> HttpLaptop:
    laptop.pull_all()
    return laptop


def test_versions_of_changes_taken_in_count_as_made_then(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    """A change that arrived before the end of a scope, and was taken in after it."""
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.edit(record, base=seen, village="Nagam")
    former.push()
    third = HttpLaptop(api, 2, 16)
    api.now += DAY
    third.gets(2, 17)
    api.now += DAY
    (taken,) = take(api.url, api.now, named(former, 1))
    third.edit(record, base=taken["version"], village="Unseen")
    assert verdicts(third.push()) == ["late"]


def test_a_device_may_have_only_so_many_late_changes(
    api: Api, former: HttpLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsettled, "MOST_UNSETTLED", 2)
    former.codes = True
    for _ in range(3):
        former.create(name="Noor VO", block=16)
    answer = former.push()
    assert verdicts(answer) == ["late", "late", "rejected"]
    assert answer.verdicts[-1].rule == "unsettled_full"
    former.create(name="Noor VO", block=16)
    assert verdicts(former.push()) == ["rejected"]
    leave(api.url, api.now, device=former.device.id)
    former.create(name="Noor VO", block=16)
    assert verdicts(former.push()) == ["late"]


def test_an_older_laptop_hears_that_a_late_change_is_rejected(api: Api, former: HttpLaptop) -> None:
    former.unsettled = None
    former.codes = True
    record = former.create(name="Noor VO", block=16)
    (verdict,) = former.push().verdicts
    assert (verdict.verdict, verdict.rule) == ("rejected", "")
    assert "supervisor" in verdict.reason
    (again,) = former.ask(former.request(1)).verdicts
    assert again == verdict
    assert took(api, former, 1) == ["applied"]
    assert row_of(api.engine, KIND, record)["name"] == "Noor VO"


def test_a_late_change_is_in_nobodys_page_or_history(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    record = there.create(name="Noor VO", block=16)
    former.edit(record, base=newest(there), village="Nagam")
    former.push()
    answer = api.post("/v1/history", {"kind": KIND, "id": record}, there.token)
    assert [one["seq"] for one in answer.json()["changes"]] == [1]
    there.pull_all()
    assert "village" not in there.values(record)


def test_a_laptop_asks_about_its_own_log_alone(
    api: Api, former: HttpLaptop, there: HttpLaptop
) -> None:
    former.create(name="Noor VO", block=16)
    former.push()
    take(api.url, api.now, named(former, 1))
    request: dict[str, Json] = {
        "origin": former.origin,
        "last_seq": 1,
        "head": "0" * 64,
        "unsettled": {"late": [1]},
    }
    answer = api.post("/v1/sync", request, there.token)
    assert "settled" not in answer.json()
    assert json.loads(answer.content).get("fork") is None
