from pathlib import Path

from tests.store.conftest import save

from fieldkit.store import Store


def test_a_rehearsal_knows_what_is_here_and_leaves_nothing(store: Store, home: Path) -> None:
    record_id = save(store, name="Asha Devi")
    before = sorted(path.name for path in home.iterdir())
    with store.rehearsal() as stage:
        assert stage.record(record_id) is not None
        save(stage, name="Zoona")
        assert stage.counts()["beneficiary"] == 2
        save(store, name="Saved meanwhile")
        assert stage.counts()["beneficiary"] == 2
    assert [record.value("name") for record in store.each("beneficiary")] == [
        "Asha Devi",
        "Saved meanwhile",
    ]
    assert sorted(path.name for path in home.iterdir()) == before
    assert store.check() == []
