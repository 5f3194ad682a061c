import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

from tests.store.conftest import artisan, audit, edit, save

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store

SAVING = """
    import sys
    from pathlib import Path
    from fieldkit.records.artisans.beneficiary import Beneficiary
    from fieldkit.store import Edit, Store

    store = Store.open(Path(sys.argv[1]))
    who, name = sys.argv[2], sys.argv[3]
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(60):
        store.save([Edit(Beneficiary, {"name": f"{name}{number}", "trade_code": "CARP"})], name)
        store.save([Edit(Beneficiary, {name: str(number)}, id=who)], name)
    store.close()
"""


def test_programs_and_threads_saving_at_once_lose_nothing(store: Store, home: Path) -> None:
    who = save(store)
    others = [
        subprocess.Popen(
            [sys.executable, "-c", dedent(SAVING), str(home), who, field],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for field in ("remarks", "address")
    ]
    for other in others:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
    for other in others:
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()

    def work(field: str) -> None:
        for number in range(60):
            save(store, name=f"{field}{number}")
            edit(store, who, **{field: str(number)})
            store.find("asha")
            store.drafts.of()

    fields = ("village", "gram_panchayat", "csc")
    with ThreadPoolExecutor(len(fields)) as hands:
        list(hands.map(work, fields))
    for other in others:
        other.communicate(timeout=120)
        assert other.returncode == 0
    record = store.record(who)
    assert record is not None
    for field in (*fields, "remarks", "address"):
        assert record.value(field) == "59"  # each wrote its own field, none undid another's
    device = store.device
    assert device is not None
    seqs = [one.change.seq for one in store.outbox.batch(device.origin, 10_000)]
    assert seqs == list(range(1, 1 + 1 + 5 * 120))
    numbers = [int(one.id.partition("-")[2]) for one in store.each("beneficiary")]
    assert sorted(numbers) == list(range(1, 1 + 1 + 5 * 60))
    assert store.check() == audit(home) == []


def test_many_readers_do_not_wait_for_a_writer(store: Store) -> None:
    who = save(store)
    writing, done = threading.Event(), threading.Event()

    def write() -> None:
        with store._database.write() as connection:
            connection.exec_driver_sql("UPDATE tally SET live = live")
            writing.set()
            assert done.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(60)
    with ThreadPoolExecutor(24) as hands:
        found = list(hands.map(lambda _: store.record(who), range(200)))
    done.set()
    writer.join()
    assert all(found)


def test_a_stream_read_in_one_thread_lets_others_save(store: Store) -> None:
    store.load([Edit(Beneficiary, artisan()) for _ in range(50)], "Asha")
    stream = store.each("beneficiary")
    next(stream)
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda _: save(store), range(10)))
    assert sum(1 for _ in stream) == 49
    assert store.counts()["beneficiary"] == 60
