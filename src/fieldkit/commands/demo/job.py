"""Demonstrate the main job on made-up data: import a messy roster, work a day, sync.

The demonstration has its own home folder and server; it touches no existing installation.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from fieldkit.cli import DONE, IN_PART, Unusable
from fieldkit.commands import say
from fieldkit.commands.demo.figures import show_figures
from fieldkit.commands.demo.sharing import share
from fieldkit.files import load
from fieldkit.records import Record
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.fields.formats import indian, today
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.sample import write_roster
from fieldkit.store import Edit, Saved, Store

_DISTRICT, _BLOCK = 2, 16
_OPERATOR = "Asha"
_TRAINED = 20
_TOOLKITS = 5
_STEPS = (
    ("SELECTED", "selected_on"),
    ("VOUCHER_ISSUED", "issued_on"),
    ("ORDERED", "ordered_on"),
    ("DISPATCHED", "dispatched_on"),
    ("AT_POST_OFFICE", "at_post_office_on"),
    ("DELIVERED", "delivered_on"),
)
_WOMEN = (
    "Zooni Begum", "Hajra Bano", "Saleema Akhter", "Rubeena Jan", "Shameema Bano", "Fatima Begum",
    "Mehbooba Akhter", "Jameela Bano", "Rafiqa Begum", "Nusrat Jan", "Haleema Bano", "Asmat Akhter",
)  # fmt: skip


def demo(args: Namespace) -> int:
    """Do the job and print each step; on a terminal, open the application on the result."""
    try:
        import fieldkit.server.operation.run  # noqa: F401  (needs the extra, unlike local_server)
        from fieldkit.server.operation.local import local_server
    except ModuleNotFoundError:
        raise Unusable(
            "The demonstration needs its own server. Install fieldkit-jk[server] for it."
        ) from None
    with _folder(args.home) as folder:
        say(f"A demonstration on made-up people, in {folder}")
        with local_server(folder / "server.sqlite3") as url:
            same = _work(folder, args.people, args.seed, url)
            if not args.headless and sys.stdin.isatty() and sys.stdout.isatty():
                from fieldkit.app import run

                return run(folder / "laptop")
    return DONE if same else IN_PART


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is None:
        with tempfile.TemporaryDirectory(
            prefix="fieldkit-demo-", ignore_cleanup_errors=True
        ) as made:
            yield Path(made)
        return
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Unusable(f"{home} is not an empty folder. Give a new folder for the demonstration.")
    home.mkdir(parents=True, exist_ok=True)
    yield home


def _work(folder: Path, people: int, seed: int, url: str) -> bool:
    """Do the working day; return whether laptop and server hold the same data at its end."""
    roster = folder / "roster.xlsx"
    write_roster(roster, people=people, seed=seed, district=_DISTRICT, block=_BLOCK)
    store = Store.open(folder / "laptop")
    try:
        store.init(_OPERATOR, _DISTRICT, _BLOCK)
        _import(store, roster)
        newcomer = _register(store)
        _form_group(store)
        artisans = [newcomer, *(one.id for one in store.page("beneficiary", limit=60).records)]
        trained = list(dict.fromkeys(artisans))[:_TRAINED]
        _train(store, trained)
        _deliver(store, trained[:_TOOLKITS])
        same = share(store, folder, url, newcomer)
        show_figures(store)
        return same
    finally:
        store.close()


def _import(store: Store, roster: Path) -> None:
    loaded = load(store, "beneficiary", roster, operator=_OPERATOR)
    say(
        f"Imported a roster: {indian(loaded.imported)} people, {loaded.rejected} rows rejected "
        f"(they are in {loaded.rejects_file.name if loaded.rejects_file else 'no file'}), "
        f"{len(loaded.duplicates)} may be the same person."
    )
    for note in loaded.notes:
        say(f"  {note}")


def _typed(kind: type[Record], **texts: str) -> Edit:
    """Return the edit of a person who types these texts into the form."""
    fields = kind.fields()
    return Edit(kind, {name: fields[name].format.parse(text) for name, text in texts.items()})


def _save(store: Store, *edits: Edit) -> Sequence[Saved]:
    return store.save(edits, _OPERATOR)


def _register(store: Store) -> str:
    (saved,) = _save(
        store,
        _typed(
            Beneficiary,
            name="Ghulam Mohiuddin Bhat",
            relation="s/o",
            relation_name="Abdul Ahad Bhat",
            gender="M",
            born="2301 1984",
            mobile="+91 94190 11432",
            aadhaar_last4="0143",
            category="general",
            village="Wathoora",
            trade_code="carpenter",
            bars="no",
        ),
    )
    found = store.find("gulam mohiudin but", ["beneficiary"])
    nearest = f"{found[0].label}, {found[0].id}" if found else "nobody"
    say(f"Registered artisan {saved.id}. Looked for “gulam mohiudin but”, found {nearest}.")
    return saved.id


def _form_group(store: Store) -> None:
    group = store.new_id()
    members = [_typed(Member, name=name, gender="F", self_help_group_id=group) for name in _WOMEN]
    formed = _typed(
        SelfHelpGroup, name="Jhelum SHG Wathoora", village="Wathoora", formed_on="1204 2026"
    )
    _save(store, Edit(SelfHelpGroup, formed.fields, id=group), *members)
    say(f"Formed a self-help group with {len(members)} members.")


def _train(store: Store, artisans: Sequence[str]) -> None:
    first = today() - timedelta(days=60)
    days = [first + timedelta(days=day) for day in range(6)]
    batch = store.new_id()
    _save(
        store,
        Edit(
            TrainingBatch,
            {
                "training_type": "BASIC",
                "course": "Basic training",
                "starts_on": days[0],
                "ends_on": days[-1],
                "place": "Chadoora",
            },
            id=batch,
        ),
        *(
            Edit(
                TrainingEnrolment,
                {
                    "training_batch_id": batch,
                    "beneficiary_id": one,
                    "enrolled_on": first,
                    "state": "COMPLETED",
                    "assessed_on": days[-1],
                    "completed_on": days[-1],
                },
            )
            for one in artisans
        ),
        *(
            Edit(
                Attendance,
                {"training_batch_id": batch, "beneficiary_id": one, "on": day, "present": True},
            )
            for day in days
            for one in artisans
        ),
    )
    say(f"Enrolled {len(artisans)} artisans in a training and marked them on {len(days)} days.")


def _deliver(store: Store, artisans: Sequence[str]) -> None:
    start = today() - timedelta(days=40)
    for number, artisan in enumerate(artisans):
        toolkit = store.new_id()
        given: dict[str, str] = {"beneficiary_id": artisan}
        for step, (state, day) in enumerate(_STEPS):
            on = (start + timedelta(days=6 * step)).isoformat()
            edit = _typed(Toolkit, **given, state=state, **{day: on})
            if state == "DISPATCHED":
                edit = _typed(Toolkit, state=state, **{day: on}, barcode=f"EE{number:09}IN")
            _save(store, Edit(Toolkit, edit.fields, id=toolkit))
            given = {}
    say(f"Followed {len(artisans)} toolkits from selection to delivery.")
