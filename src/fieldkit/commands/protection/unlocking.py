"""Open a laptop whose passphrase was forgotten, with the code of a supervisor."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing

from fieldkit.cli import DONE, OFFLINE, Unusable, print_error
from fieldkit.commands import say
from fieldkit.commands.protection.asking import key_file, new_passphrase
from fieldkit.keys.keyfile import KeyFile
from fieldkit.settings import home_folder, is_locked
from fieldkit.store import Closed, Store
from fieldkit.store.log.identity import fit_name


def unlock(args: Namespace) -> int:
    """Set a new passphrase with a one-time code, which the server answers with the data key."""
    from fieldkit.sync.enrol import NotEnrolled
    from fieldkit.sync.requests.recover import NotRecovered, recover_home

    home = home_folder()
    if not is_locked(home):
        raise Unusable("The data on this laptop is not encrypted: it opens without a passphrase.")
    file = key_file(home)
    name = _operator(file, args.operator)
    passphrase = new_passphrase(name)
    try:
        key = recover_home(file, args.recover, name, passphrase)
    except NotRecovered as failed:
        if not failed.offline:
            raise Unusable(str(failed)) from None
        print_error(str(failed))
        return OFFLINE
    except NotEnrolled as error:
        raise Unusable(str(error)) from None
    except OSError:
        raise Unusable(
            "The key file cannot be written. Check the disk, then ask for a new code."
        ) from None
    say(f"{name} opens the data with the new passphrase from now on.")
    with closing(Store.open(home, key=key)) as store:
        store.use_operator(name)
        if store.access.ended():
            say(str(Closed()))
    return DONE


def _operator(file: KeyFile, given: str | None) -> str:
    """Return whose passphrase is to be set."""
    if given:
        return fit_name(given)
    if len(file.operators) == 1:
        return file.operators[0]
    raise Unusable("Say whose passphrase is to be set: add --operator NAME.")
