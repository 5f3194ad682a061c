"""Two people said to be different: both laptops and the server agree, whatever arrives first."""

from __future__ import annotations

from tests.sync.conftest import Enrolled, done

from fieldkit.protocol.difference import difference_field, different_from
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store


def put(store: Store, mobile: str) -> str:
    fields: dict[str, Value] = {
        "name": "Gulam Mohd Bhat",
        "trade_code": "CARP",
        "mobile": mobile,
        "village": "Arath",
    }
    return store.save([Edit(Beneficiary, fields)], "Asha")[0].id


def shown(store: Store, *numbers: str) -> tuple[list[list[str]], int, int]:
    """Return what is said of the records, and how many findings and conflicts are open."""
    records = [store.get("beneficiary", number) for number in numbers]
    said = [sorted(different_from(one.extra)) for one in records if one]
    findings = [one for number in numbers for one in store.review.findings(number)]
    same = [one for one in findings if one.rule == "same_person"]
    return said, len(same), len(store.review.conflicts())


def test_it_ends_the_finding_for_all_and_taking_it_back_begins_it_again(laptop: Enrolled) -> None:
    asha, javid = laptop("Asha"), laptop("Javid")
    one, other = put(asha, "9419012345"), put(javid, "9419012345")
    done(asha, javid, asha)
    small, large = sorted([one, other])
    assert shown(asha, small, large) == shown(javid, small, large) == ([[], []], 2, 0)
    # Both say so before they hear of each other; one has corrected the record meanwhile.
    asha.save([Edit(Beneficiary, {"village": "Nagam"}, small)], "Asha")
    asha.merges.say_different("beneficiary", one, other, "Asha")
    javid.merges.say_different("beneficiary", other, one, "Javid")
    done(javid, asha, javid)
    assert shown(asha, small, large) == shown(javid, small, large) == ([[large], []], 0, 0)
    fresh = laptop("Fresh")
    done(fresh)
    assert shown(fresh, small, large) == ([[large], []], 0, 0)
    fresh.merges.take_back_different("beneficiary", small, large, "Reyaz")
    done(fresh, asha, javid)
    assert shown(asha, small, large) == shown(javid, small, large) == ([[], []], 2, 0)


def test_it_may_come_before_the_record_it_names(laptop: Enrolled) -> None:
    asha, javid = laptop("Asha"), laptop("Javid")
    one = put(asha, "9419067890")
    done(asha, javid)
    number = javid.new_id()
    javid.save([Edit(Beneficiary, {difference_field(number): True}, one)], "Javid")
    done(javid, asha)
    fields: dict[str, Value] = {"name": "Gulam Mohd Bhat", "mobile": "9419067890"}
    javid.save([Edit(Beneficiary, {**fields, "trade_code": "CARP"}, number)], "Javid")
    done(javid, asha)
    assert shown(asha, one, number) == shown(javid, one, number) == ([[number], []], 0, 0)
