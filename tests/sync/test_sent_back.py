"""A record goes back and forth between two laptops and a server until it is accepted."""

from __future__ import annotations

from datetime import date

from tests.sync.conftest import Enrolled, done

from fieldkit.day.correction import correct
from fieldkit.day.decision import Said, acts_on, plan
from fieldkit.records import Record, Value, sentence
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.declaration.sent_back import corrected_by_edit
from fieldkit.review.conflicts import open_conflicts
from fieldkit.review.sent_back import counts, find, to_correct_here
from fieldkit.screens.lookup.issues import issues
from fieldkit.store import Edit, State, Store

REASON = "The name differs from the card"
ZOONI: dict[str, Value] = {"name": "Zooni Akhter", "trade_code": "TAIL", "status": "SUBMITTED"}


def held(store: Store, number: str) -> Record:
    found = store.record(number)
    assert found is not None
    return found


def test_the_loop_between_an_author_and_a_supervisor(laptop: Enrolled) -> None:
    author, supervisor = laptop("Asha", "registrar"), laptop("Reyaz", "supervisor")
    (saved,) = author.save([Edit(Beneficiary, ZOONI)], "Asha")
    done(author, supervisor)
    supervisor.review.send_back(saved.id, REASON, "Reyaz")
    done(supervisor, author)
    (mine,) = to_correct_here(author)
    assert (mine.id, mine.note.words, mine.note.by) == (saved.id, REASON, "Reyaz")
    assert to_correct_here(supervisor) == []

    fields: dict[str, Value] = {"name": "Zoona Akhtar"}
    noted = corrected_by_edit(held(author, saved.id), fields, "Asha", author.now())
    author.save([Edit(Beneficiary, {**fields, **noted}, saved.id)], "Asha")
    done(author, supervisor)
    (one,) = find(supervisor)
    assert one.corrected is not None
    assert one.corrected.words == "Changed: Name as on Aadhaar"
    assert held(supervisor, saved.id).value("name") == "Zoona Akhtar"

    supervisor.review.accept(saved.id, "Reyaz")
    done(supervisor, author)
    for store in (author, supervisor):
        assert counts(store) == (0, 0)
        assert store.review.findings(saved.id) == []
        assert store.review.conflicts(saved.id) == []


def test_what_a_registrar_may_not_write_comes_back_with_its_reason_and_is_not_lost(
    laptop: Enrolled,
) -> None:
    author, supervisor = laptop("Asha", "registrar"), laptop("Reyaz", "supervisor")
    edits = [Edit(Beneficiary, ZOONI), Edit(Beneficiary, {**ZOONI, "name": "Rafiqa Bano"})]
    one, other = (saved.id for saved in author.save(edits, "Asha"))
    done(author, supervisor)
    forged: list[Edit] = [
        Edit(Beneficiary, {"sent_back": REASON}, one),
        Edit(Beneficiary, {"status": "S1_APPROVED"}, other),
        Edit(
            Verification,
            {
                "beneficiary_id": one,
                "stage": "1",
                "decision": "APPROVED",
                "decided_on": date(2026, 11, 2),
            },
        ),
    ]
    author.save(forged, "Asha")
    done(author, supervisor)
    returned = author.outbox.returned()
    rules = [each.reason.rule for each in returned if each.reason]
    assert sorted(rules) == ["role.create", "role.field", "role.send_back"]
    said = [sentence(each.reason) for each in returned if each.reason]
    assert "Only a supervisor may send this back or accept it" in " ".join(said)
    (shown,) = [issue for issue in issues(author, one) if issue.heading == "Returned to you"]
    assert shown.field == "sent_back"
    # It stays at its author, marked; nobody else has it.
    assert held(author, one).sent_back == REASON
    assert author.states([one])[one] is State.REJECTED
    assert held(supervisor, one).sent_back is None
    assert held(supervisor, other).value("status") == "SUBMITTED"
    assert supervisor.where("verification", beneficiary_id=one) == []


def test_a_decision_reaches_the_authors_laptop_and_so_does_its_undo(laptop: Enrolled) -> None:
    author, supervisor = laptop("Asha", "registrar"), laptop("Reyaz", "supervisor")
    (saved,) = author.save([Edit(Beneficiary, ZOONI)], "Asha")
    done(author, supervisor)
    entries, said = [("beneficiary", saved.id)], Said(date(2026, 11, 2), "", "Reyaz")
    (refused,) = plan(author, entries, acts_on("beneficiary")[0], said).refused
    assert refused.reason.startswith("Only an operator or a supervisor may enter this")
    correct(supervisor, plan(supervisor, entries, acts_on("beneficiary")[0], said), "Reyaz")
    done(supervisor, author)
    (decision,) = author.where("verification", beneficiary_id=saved.id)
    assert (decision.value("stage"), decision.district, decision.block) == ("1", 2, 16)
    assert held(author, saved.id).value("status") == "S1_APPROVED"


def test_two_reasons_at_once_are_for_a_supervisor_to_settle(laptop: Enrolled) -> None:
    author, first = laptop("Asha", "operator"), laptop("Reyaz", "supervisor")
    second = laptop("Nusrat", "supervisor")
    (saved,) = author.save([Edit(Beneficiary, ZOONI)], "Asha")
    done(author, first, second)
    first.review.send_back(saved.id, REASON, "Reyaz")
    second.review.send_back(saved.id, "No mobile", "Nusrat")
    done(first, second, first, author)
    notes = [
        [one.denied for one in open_conflicts(store, saved.id)] for store in (author, first, second)
    ]
    assert notes[1:] == [[""], [""]]
    (note,) = notes[0]
    assert "Only a supervisor may send this back or accept it" in note
    # Accepting settles nothing by itself: the other reason still waits for a decision.
    first.review.accept(saved.id, "Reyaz")
    done(first, second)
    assert held(second, saved.id).sent_back is None
    (left,) = second.review.conflicts(saved.id)
    assert str(left.held).startswith("No mobile (Nusrat")
