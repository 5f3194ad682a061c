"""Files in and out: rosters as they come from offices, and exports that come back unchanged."""

from fieldkit.exchange.duplicates import Duplicate
from fieldkit.exchange.files import Unreadable
from fieldkit.exchange.load import load, load_folder
from fieldkit.exchange.mapping import BY_AGE, Guess, targets
from fieldkit.exchange.run import Loaded
from fieldkit.exchange.survey import Preview, preview
from fieldkit.exchange.villages import BadRow, Villages, read_villages
from fieldkit.exchange.write import FileFormat, export

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
