"""Import and export of files: rosters as offices keep them, and exports that import unchanged."""

from fieldkit.files.columns.mapping import BY_AGE, Guess, targets
from fieldkit.files.columns.preview import Preview, preview
from fieldkit.files.export import FileFormat, export, fields_of
from fieldkit.files.load import load, load_folder
from fieldkit.files.loading.duplicates import Duplicate
from fieldkit.files.loading.import_run import Loaded
from fieldkit.files.tables.nearby import nearby, path_of, tables_in
from fieldkit.files.tables.table import Unreadable
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
    "fields_of",
    "load",
    "load_folder",
    "nearby",
    "path_of",
    "preview",
    "read_villages",
    "tables_in",
    "targets",
]
