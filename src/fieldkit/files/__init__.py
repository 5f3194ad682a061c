"""Files in and out: rosters as they come from offices, and exports that come back unchanged."""

from fieldkit.files.export import FileFormat, export
from fieldkit.files.load import load, load_folder
from fieldkit.files.loading.duplicates import Duplicate
from fieldkit.files.loading.import_run import Loaded
from fieldkit.files.loading.mapping import BY_AGE, Guess, targets
from fieldkit.files.tables.layout import Preview, preview
from fieldkit.files.tables.open import Unreadable
from fieldkit.files.villages import BadRow, Villages, read_villages

__all__ = [
    "BY_AGE",
    "BadRow",
    "Duplicate",
    "FileFormat",
    "Guess",
    "Loaded",
    "Preview",
    "Unreadable",
    "Villages",
    "export",
    "load",
    "load_folder",
    "preview",
    "read_villages",
    "targets",
]
