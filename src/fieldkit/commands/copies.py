"""Commands about copies of the data: backup, restore, going back, and a check of the file."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from fieldkit.about.words import counted
from fieldkit.cli import DONE, IN_PART, Unusable
from fieldkit.commands import open_store, operator_of, say, say_json
from fieldkit.papers.export_log import log_backup
from fieldkit.records.fields.dates import Moment
from fieldkit.settings import home_folder, is_encrypted, is_locked, make_private
from fieldkit.store import Damaged, OnlyHere, Store

_REPAIR = (
    "Sync if you can, then restore the last backup with `fieldkit restore`. The file that it "
    "replaces is kept."
)


def backup(args: Namespace) -> int:
    """Copy all data to a file."""
    with open_store() as store:
        logged = partial(log_backup, store, operator_of(store))
        store.back_up(args.file, force=args.force, before=logged)
        encrypted = store.encrypted
    say(f"The backup was saved in {args.file}.")
    if encrypted:
        say("It opens with the passphrases of this laptop, and with the key file beside it.")
    return DONE


def restore(args: Namespace) -> int:
    """Put a backup in place of the data."""
    home = home_folder()
    make_private(home)
    before = is_locked(home)
    try:
        with FileLock(home / "fieldkit.lock", timeout=0):
            key, source_key = _keys_to_restore(home, args.file)
            kept = Store.restore(home, args.file, key=key, source_key=source_key)
    except Timeout:
        raise Unusable("fieldkit is open on this folder. Quit it first, then restore.") from None
    say(f"The data of {args.file} is back on this laptop.")
    if kept:
        say(f"The data that was here before is kept in {kept}.")
        if key and not is_encrypted(kept):
            say("That file is not encrypted: `fieldkit protect` encrypts or deletes it.")
    if before and not is_locked(home):
        say("The data is not encrypted any more: `fieldkit protect` encrypts it.")
    return DONE


def _keys_to_restore(home: Path, source: Path) -> tuple[bytes | None, bytes | None]:
    if not is_locked(home) and not is_encrypted(source):
        return None, None
    from fieldkit.commands.protection.asking import keys_to_restore

    return keys_to_restore(home, source)


def go_back(_args: Namespace) -> int:
    """Put back the data of before the last update, if all work since then is on the server."""
    home = home_folder()
    make_private(home)
    try:
        with FileLock(home / "fieldkit.lock", timeout=0):
            with open_store() as store:
                key, copy = store.data_key, store.copy_before_update()
                left = store.only_here_since(copy) if copy else None
            if copy is None or left is None:
                raise Unusable(_no_copy(encrypted=key is not None))
            if any(left):
                raise Unusable(_stays(left))
            made = Moment().show(int(copy.path.stat().st_mtime))
            kept = Store.go_back(home, copy, key=key)
    except Timeout:
        raise Unusable("fieldkit is open on this folder. Quit it first, then go back.") from None
    say(
        f"The data is as it was before the update of {made}. Now install the older "
        "fieldkit: this one would update the data again. What was done since comes back with the "
        "next sync."
    )
    if kept:
        say(f"The data that was here before is kept in {kept}.")
    if key and not is_locked(home):
        say(
            "The data is not encrypted any more: the copy was made before it was. Run `fieldkit "
            "protect` once this laptop is updated again."
        )
    return DONE


def _no_copy(*, encrypted: bool) -> str:
    """Return that there is nothing to go back to."""
    said = (
        "This laptop has no copy from before an update that the older fieldkit can open, so it "
        "cannot go back. Nothing was changed."
    )
    if not encrypted:
        return said
    return (
        f"{said} An encrypted copy does not count if that fieldkit is too old to open encrypted "
        "data."
    )


def _stays(left: OnlyHere) -> str:
    """Return why one cannot go back yet, and what to do first."""
    unsent = counted(left.unsent, "change", "changes")
    returned = counted(left.returned, "change", "changes")
    drafts = counted(left.drafts, "unfinished form", "unfinished forms")
    found = [
        f"{unsent} not sent: `fieldkit sync` sends them, or `fieldkit bundle write` carries them "
        "by stick and `fieldkit bundle apply` takes the answer" * bool(left.unsent),
        f"{returned} returned to you: correct them on the Sync page" * bool(left.returned),
        f"{drafts}: save or discard them" * bool(left.drafts),
    ]
    return (
        "Nothing was changed: going back would lose work done since the update. First see to: "
        f"{'; '.join(filter(None, found))}. Then go back."
    )


def check(args: Namespace) -> int:
    """Check the whole data file."""
    advice = _REPAIR
    try:
        with open_store() as store:
            problems = store.check()
    except Damaged as error:
        problems, advice = [str(error)], ""
    if args.json:
        say_json({"sound": not problems, "problems": problems})
    elif problems:
        for line in filter(None, [*problems, advice]):
            say(line)
    else:
        say("The data file is in order.")
    return IN_PART if problems else DONE
