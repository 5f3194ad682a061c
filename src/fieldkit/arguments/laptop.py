"""Arguments of the commands about this laptop."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import Subparsers, add, add_json, count, whole


def add_laptop(commands: Subparsers) -> None:
    """Add the commands that set up, check and back up this laptop."""
    demo = add(commands, "demo", "show how fieldkit works, on made-up data", "demo.job:demo")
    demo.add_argument(
        "--headless", action="store_true", help="print the steps, do not open the application"
    )
    demo.add_argument("--people", type=count, default=2000, metavar="N")
    demo.add_argument("--seed", type=whole, default=1, metavar="S")
    demo.add_argument("--home", type=Path, metavar="DIR", help="folder for the demonstration")

    practice = add(
        commands,
        "practice",
        "practise with made-up people, apart from the real data",
        "entry.practice:practice",
    )
    practice.add_argument("--again", action="store_true", help="begin again with fresh data")

    init = add(commands, "init", "set this laptop up without the screen", "laptop:init")
    init.add_argument("--name", required=True, help="who works at this laptop")
    init.add_argument("--district", required=True, type=whole, metavar="CODE")
    init.add_argument("--block", type=whole, metavar="CODE")

    add_json(
        add(
            commands,
            "status",
            "show what is on this laptop and what is not sent yet",
            "laptop:status",
        )
    )
    backup = add(commands, "backup", "copy all data to a file", "copies:backup")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--force", action="store_true", help="replace the file even if it is not a backup"
    )
    restore = add(commands, "restore", "replace the data with a backup", "copies:restore")
    restore.add_argument("file", type=Path)
    protect = add(
        commands,
        "protect",
        "encrypt the data of this laptop with a passphrase",
        "protection.protect:protect",
    )
    protect.add_argument(
        "--copies",
        choices=("encrypt", "delete", "keep"),
        help="what becomes of older backups that are not encrypted; asked if not given",
    )
    own = add(
        commands,
        "passphrase",
        "change your passphrase, or say who else has one",
        "protection.passphrases:passphrase",
    )
    own.add_argument(
        "act",
        nargs="?",
        choices=("change", "add", "remove", "list"),
        default="change",
        help="change yours (if nothing is given), give one to another operator, or take it away",
    )
    own.add_argument("name", nargs="?", metavar="NAME", help="the operator to add or remove")
    unlock = add(
        commands,
        "unlock",
        "set a new passphrase with a supervisor's code, if yours was forgotten",
        "protection.unlocking:unlock",
    )
    unlock.add_argument(
        "--recover", required=True, metavar="CODE", help="the recovery code from a supervisor"
    )
    unlock.add_argument("--operator", metavar="NAME", help="whose passphrase is to be set")
    add(
        commands,
        "go-back",
        "return to the data before the last update, for the older fieldkit",
        "copies:go_back",
    )
    add_json(add(commands, "check", "check the whole data file", "copies:check"))
    villages = add(commands, "villages", "load a list of villages (LGD)", "laptop:villages")
    villages.add_argument("file", type=Path)
