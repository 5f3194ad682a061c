"""Mutants of the rules of sticks (44 to 46)."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

from tests.simulation.mutants import Patch, mutant

from fieldkit.protocol.messages.sync import SyncRequest
from fieldkit.server.ingest.bundles import bundle
from fieldkit.store import LogPosition, Outbox, PullState
from fieldkit.store.pull import pull
from fieldkit.sync.bundle import taking
from fieldkit.sync.exchange import applying

RULES = "tests/sync/test_bundle_rules.py"


@mutant("44", "go on with a bundle after a request that is not fully taken", "sticks", tests=RULES)
def _() -> list[Patch]:
    return [patch.object(bundle, "_fully_taken", lambda *_: True)]


@mutant("44", "put only the log in use into a bundle", "sticks", tests=RULES)
def _() -> list[Patch]:
    usual = Outbox.log_positions
    return [patch.object(Outbox, "log_positions", lambda self: usual(self)[-1:])]


@mutant("44", "put a log before the one that it continues", "sticks", tests=RULES)
def _() -> list[Patch]:
    usual = Outbox.log_positions
    return [patch.object(Outbox, "log_positions", lambda self: usual(self)[::-1])]


@mutant("45", "count the page of an answer on whatever state", "sticks", tests=RULES)
def _() -> list[Patch]:
    return [patch.object(PullState, "reached", lambda _self: ())]


@mutant("45", "take the answer to a request of another era", "sticks, lost server", tests=RULES)
def _() -> list[Patch]:
    return [
        patch.object(pull, "_of_another_era", lambda *_: False),
        patch.object(PullState, "era", property(lambda _self: "")),
    ]


@mutant("46", "believe what an answer says of a log that was logged again since", "sticks", RULES)
def _() -> list[Patch]:
    return [patch.object(taking.CarriedApplier, "_still_has", lambda *_: True)]


@mutant("46", "take what was sent since for the work of another copy", "sticks", RULES)
def _() -> list[Patch]:
    usual = applying.AnswerApplier._is_older
    return [patch.object(taking.CarriedApplier, "_is_older", usual)]


@mutant("46", "compare what the server has with what it acknowledged since", "sticks", RULES)
def _() -> list[Patch]:
    usual = taking.CarriedApplier._position_of

    def now(self: taking.CarriedApplier, asked: SyncRequest) -> LogPosition:
        its = self._outbox.log_position(asked.origin)
        return replace(usual(self, asked), acked_seq=its.acked_seq if its else 0)

    return [patch.object(taking.CarriedApplier, "_position_of", now)]
