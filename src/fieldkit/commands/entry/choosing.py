"""What a person decides about the columns of a file: asked, answered by options, shown."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict

from fieldkit.cli import UNUSABLE, Unusable, print_error
from fieldkit.commands import known_kind, say, say_json
from fieldkit.files import Choices, Preview, Way, targets
from fieldkit.records import Record

Targets = Callable[[type[Record]], Mapping[str, str]]
"""Returns what a column can hold, with the labels."""


def choices_of(args: Namespace, targets_of: Targets = targets) -> Choices:
    """Return the choices made by the options ``--map``, ``--read`` and ``--sheet``.

    Raises:
        Unusable: an option names no field or no way of writing.
    """
    known = {
        key.casefold(): name
        for name, label in targets_of(known_kind(args.what)).items()
        for key in (label, name)
    }
    mapping: dict[str, str | None] = {}
    for option in args.map:
        field, equals, heading = option.partition("=")
        target = known.get(field.strip().casefold())
        if not equals or not heading.strip():
            raise Unusable(f"--map {option}: write FIELD=HEADING.")
        if field.strip() and target is None:
            raise Unusable(f"There is no field {field.strip()!r}. `fieldkit kinds` lists them.")
        if target and target in mapping.values():
            raise Unusable(f"--map names two columns for {target}. Choose one.")
        mapping[heading.strip()] = target
    return Choices(mapping, dict(map(_way, args.read)), args.sheet)


def _way(option: str) -> tuple[str, Way]:
    heading, _, way = option.rpartition("=")
    if way not in set(Way) or not heading.strip():
        raise Unusable(f"--read {option}: write HEADING=WAY. The ways: {', '.join(Way)}.")
    return heading.strip(), Way(way)


def ask(
    seen: Preview, args: Namespace, done: str = "imported", targets_of: Targets = targets
) -> int:
    """Print the questions about a file, each with the options that answer it; return the code.

    ``done``: what was not done, as there are questions.
    """
    if args.json:
        say_json({"preview": asdict(seen)})
    elif args.dry_run:
        say_preview(seen, targets_of)
    for question in seen.questions:
        print_error(question.sentence)
        for answer in question.answers:
            print_error(f"  {answer.option}")
    print_error(f"Nothing was {done}. Type the command again with one of these options.")
    return UNUSABLE


def say_preview(seen: Preview, targets_of: Targets = targets) -> None:
    """Print what each column is taken for, and the first rows as they will be stored."""
    labels = targets_of(known_kind(seen.kind))
    for one in seen.columns:
        held = labels.get(one.target, one.target) if one.target else "no field"
        say(f"  “{one.column}”: {held}, {one.sure}. {one.why}")
    for row in seen.rows:
        values = "; ".join(f"{label}: {value}" for label, value in row.values.items())
        say(f"  Row {row.number} as it will be stored: {values}")
        if row.problem:
            say(f"    Not taken: {row.problem}")
