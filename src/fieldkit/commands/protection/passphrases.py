"""Who opens the data of this laptop: every operator has a passphrase of their own."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import say
from fieldkit.commands.protection.asking import key_file, new_passphrase, unlock
from fieldkit.keys.keyfile import NoSuchOperator
from fieldkit.keys.passphrase import WrongKey
from fieldkit.settings import home_folder, is_locked
from fieldkit.store import OtherKey, Store
from fieldkit.store.log.identity import fit_name


def passphrase(args: Namespace) -> int:
    """Change the passphrase of who gives it, or let another operator have one, or have none."""
    home = home_folder()
    if not is_locked(home):
        raise Unusable("The data on this laptop is not encrypted. `fieldkit protect` encrypts it.")
    file = key_file(home)
    if args.act == "list":
        for one in file.operators:
            say(one)
        return DONE
    if args.act in ("add", "remove") and not args.name:
        raise Unusable(f"Say whose passphrase: run `fieldkit passphrase {args.act} NAME`.")
    operator, key = unlock(file, "Your passphrase: ")
    name = fit_name(args.name) if args.name else operator
    if args.act == "remove":
        _remove(name)
        return DONE
    if args.act == "add" and name in file.operators:
        raise Unusable(f"{name} has a passphrase already: they change it themselves.")
    if args.act == "change" and name != operator:
        raise Unusable("Everybody changes their own passphrase. Leave the name out.")
    try:
        file.add(name, new_passphrase(name), key)
    except WrongKey:
        raise OtherKey from None
    if args.act == "add":
        with closing(Store.open(home, key=key)) as store:
            store.use_operator(name)
            store.use_operator(operator)
    say(f"{name} opens the data with the new passphrase from now on.")
    return DONE


def _remove(name: str) -> None:
    file = key_file(home_folder())
    try:
        file.remove(name)
    except NoSuchOperator as error:
        raise Unusable(str(error)) from None
    except ValueError:
        raise Unusable(
            f"{name} is the only one who can open the data. Give another operator a "
            "passphrase first."
        ) from None
    say(f"The passphrase of {name} does not open the data of this laptop any more.")
    say("A backup outside of this laptop still opens with the passphrases it was made with.")
