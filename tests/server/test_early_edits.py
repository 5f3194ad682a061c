"""A change of a record that is not there waits for its creation (rule 43)."""

from __future__ import annotations

import pytest
from tests.server.conftest import Api
from tests.server.fake_laptop import KIND, row_of
from tests.server.http_laptop import HttpLaptop
from tests.server.test_ended_scopes import verdicts

from fieldkit.protocol.identity import new_origin


@pytest.fixture
def liar(api: Api) -> HttpLaptop:
    return HttpLaptop(api, 2, 16, operator="Mallory")


@pytest.fixture
def honest(api: Api) -> HttpLaptop:
    return HttpLaptop(api, 2, 16, operator="Zooni")


def test_an_edit_makes_no_record(api: Api, liar: HttpLaptop, honest: HttpLaptop) -> None:
    made_up = f"{new_origin()}-1"
    liar.edit(made_up, name="Made up VO")
    liar.delete(made_up)
    liar.push()
    assert row_of(api.engine, KIND, made_up) == {}
    honest.pull_all()
    assert honest.rows == {}


def test_a_creation_is_not_held_by_an_edit_in_advance(
    api: Api, liar: HttpLaptop, honest: HttpLaptop
) -> None:
    liar.edit(f"{honest.origin}-1", name="Mine", remarks="mine")
    liar.push()
    record = honest.create(name="Noor VO", village="Nagam", block=16)
    assert verdicts(honest.push()) == ["applied"]
    honest.pull_all()
    values = honest.values(record)
    assert (values["name"], values["village"], values["block"]) == ("Noor VO", "Nagam", 16)
    assert "remarks" not in values
