"""Where one installation lives."""

from __future__ import annotations

import os
from pathlib import Path

DATABASE = "fieldkit.sqlite3"


def home_folder() -> Path:
    """Return the folder that holds all of this installation: FIELDKIT_HOME, else the platform's."""
    if chosen := os.environ.get("FIELDKIT_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("fieldkit", appauthor=False)
