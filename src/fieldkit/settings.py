"""The folder of an installation."""

from __future__ import annotations

import os
from pathlib import Path

DATABASE = "fieldkit.sqlite3"


def home_folder() -> Path:
    """Return the folder of all its data: FIELDKIT_HOME, or the platform's folder for user data."""
    if chosen := os.environ.get("FIELDKIT_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("fieldkit", appauthor=False)
