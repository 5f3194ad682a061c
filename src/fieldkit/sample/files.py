"""Write the sample as files, one per kind, for ``fieldkit import DIR``."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TextIO, TypeAlias

from fieldkit.records import Record, Value, kinds
from fieldkit.sample.chunks import sample
from fieldkit.sample.people import Row

Form: TypeAlias = Literal["jsonl", "csv"]


def write(
    out: Path,
    form: Form,
    *,
    people: int,
    seed: int,
    district: int,
    block: int,
    of_office: bool = False,
) -> dict[str, Path]:
    """Write ``KIND.jsonl`` or ``KIND.csv`` files into the folder ``out``, created if missing.

    Returns the files by kind, parents first. The same arguments give the same bytes.

    Raises:
        ValueError: there is no such block in the district (LGD codes).
        OSError: the folder cannot be written.
    """
    rows = sample(people, seed, district, block, of_office=of_office)
    out.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Path] = {}
    writers: dict[str, Callable[[Row], None]] = {}
    with ExitStack() as files:
        for kind, row in rows:
            if kind not in writers:
                paths[kind] = out / f"{kind}.{form}"
                file = paths[kind].open("w", encoding="utf-8", newline="")
                writers[kind] = _writer(files.enter_context(file), kinds()[kind], form)
            writers[kind](row)
    return {kind: paths[kind] for kind in kinds() if kind in paths}


def _writer(file: TextIO, kind: type[Record], form: Form) -> Callable[[Row], None]:
    if form == "jsonl":
        return lambda row: print(json.dumps(row, ensure_ascii=False), file=file)
    fields = kind.fields()
    columns = ["id", "district", "block", "created_at", "created_by", *kind.form_fields()]
    table = csv.writer(file, lineterminator="\n")
    table.writerow(columns)

    def cell(name: str, value: Value) -> str:
        return fields[name].format.show(value) if isinstance(value, bool) else str(value)

    return lambda row: table.writerow(
        [cell(name, row[name]) if name in row else "" for name in columns]
    )
