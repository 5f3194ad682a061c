"""Import and export of files: rosters as offices keep them, and exports that import unchanged."""

from fieldkit.files.columns.mapping import Guess, Sure
from fieldkit.files.columns.people import list_targets, people_of, person_fields
from fieldkit.files.columns.preview import preview
from fieldkit.files.columns.questions import Answer, Choices, Question
from fieldkit.files.columns.understanding import Preview, PreviewRow, Unanswered
from fieldkit.files.export import (
    FileFormat,
    export,
    export_folder,
    fields_of,
    free_name,
    write_records,
    write_table,
)
from fieldkit.files.listed import ListedRow, read_list
from fieldkit.files.load import load, load_folder
from fieldkit.files.loading.duplicates import Duplicate
from fieldkit.files.loading.row_run import Loaded, Progress
from fieldkit.files.nearby import nearby, path_of, tables_in
from fieldkit.files.tables.table import Unreadable
from fieldkit.files.values.readings import Way
from fieldkit.files.values.targets import BY_AGE, targets
from fieldkit.files.villages import BadRow, Villages, read_villages

__all__ = [
    "BY_AGE",
    "Answer",
    "BadRow",
    "Choices",
    "Duplicate",
    "FileFormat",
    "Guess",
    "ListedRow",
    "Loaded",
    "Preview",
    "PreviewRow",
    "Progress",
    "Question",
    "Sure",
    "Unanswered",
    "Unreadable",
    "Villages",
    "Way",
    "export",
    "export_folder",
    "fields_of",
    "free_name",
    "list_targets",
    "load",
    "load_folder",
    "nearby",
    "path_of",
    "people_of",
    "person_fields",
    "preview",
    "read_list",
    "read_villages",
    "tables_in",
    "targets",
    "write_records",
    "write_table",
]
