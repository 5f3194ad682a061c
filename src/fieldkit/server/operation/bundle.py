"""Bundles as files, for the administrator: applied, and the answer written beside each."""

from __future__ import annotations

from pathlib import Path

from fieldkit.protocol.bundle import LARGEST_FILE
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices.authentication import WrongInput
from fieldkit.server.ingest.bundles.carried import AppliedBundle, apply_bundle
from fieldkit.server.problems import Refusal
from fieldkit.stick import NotCarried, read_file, write_answer_beside


def apply_file(database: str, path: Path, now: int) -> tuple[AppliedBundle, Path]:
    """Apply the bundle in a file and write the answer beside it; return what came of it, and where.

    Raises:
        WrongInput: the bundle cannot be read or is refused, or the answer cannot be written.
    """
    engine = open_database(database)
    try:
        applied = apply_bundle(engine, read_file(path, LARGEST_FILE), now)
        return applied, write_answer_beside(path, applied.answer)
    except Refusal as refused:
        raise WrongInput(f"{refused.problem.title} {refused.problem.detail}".strip()) from None
    except NotCarried as error:
        raise WrongInput(str(error)) from None
    finally:
        engine.dispose()
