"""Any request to the API gets an answer that the OpenAPI document describes, never a fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.server.conftest import Api

from fieldkit.protocol.change import first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.wire.codec import chain
from fieldkit.records import kinds
from fieldkit.server.http.openapi import openapi_document

EXAMPLES = 40
OURS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def one_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, str]]:
    api = Api(tmp_path_factory.mktemp("any") / "server.sqlite3")
    yield api, api.token()
    api.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Api, str]]:
    of_postgres = request.param == "postgresql"
    api = Api(
        request.getfixturevalue("migrated_url") if of_postgres else tmp_path / "server.sqlite3"
    )
    yield api, api.token()
    api.close()


def _fuzz(api: Api, token: str, name: str, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_dict(openapi_document())
    described.app = api.app
    operation = described[f"/v1/{name}"]["POST"]

    @OURS
    @given(operation.as_strategy(mode))
    def fuzz(case: Case) -> None:  # type: ignore[type-arg]
        api.now += 3600  # so that no address attempts too often
        case.call_and_validate(
            headers={"authorization": f"Bearer {token}"},
            checks=CHECKED,
        )

    fuzz()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", ["sync", "receipt", "history", "enrol"])
def test_no_message_causes_a_fault(
    one_door: tuple[Api, str], name: str, mode: GenerationMode
) -> None:
    _fuzz(*one_door, name, mode)


TEXTS = st.text() | st.sampled_from(["\x00", "2026-11-22", "7KQ2M9XD-1", "Zooni", "9" * 12, "1.5"])
WHOLE = st.integers(-2, 20) | st.sampled_from([2**31, 2**53 - 1, 2**53, 2**63, 10**400])
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(
    {name for kind in kinds().values() for name in kind.fields()} | {"deleted", "decided"}
)
CHANGES = st.fixed_dictionaries(
    {
        "at": WHOLE | VALUES,
        "base": st.none() | WHOLE | VALUES,
        "fields": st.dictionaries(st.sampled_from(FIELDS) | TEXTS, VALUES, max_size=6) | VALUES,
        "id": st.sampled_from(["7KQ2M9XD-1", "7KQ2M9XD-2", "HERE-1", "HERE-2"]) | VALUES,
        "kind": st.sampled_from([*kinds(), "yet_to_come"]) | VALUES,
        "op": st.sampled_from(["create", "edit", "delete", "decide"]) | VALUES,
        "operator": TEXTS,
    }
)


@settings(OURS, max_examples=80, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGES | VALUES, min_size=1, max_size=5))
def test_no_change_causes_a_fault_or_rejects_another(
    any_door: tuple[Api, str], items: list[object]
) -> None:
    api, token = any_door
    origin = new_origin()
    for seq, item in enumerate(items, start=1):
        if isinstance(item, dict) and "kind" in item:
            item["seq"] = seq
            if isinstance(item["id"], str):
                item["id"] = item["id"].replace("HERE", origin)
    before = first_head(origin)
    sent = json.loads(json.dumps(items))
    head = chain(before, sent)[-1][1]
    request = {
        "origin": origin,
        "last_seq": len(items),
        "head": head.hex(),
        "batch": {"first": 1, "before": before.hex(), "changes": sent},
        "most": 20,
        "now": api.now,
    }
    answer = api.post("/v1/sync", request, token)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert (answer.json()["seq"], answer.json()["head"]) == (len(items), head.hex())
