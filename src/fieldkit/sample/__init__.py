"""Deterministic sample data: made-up people of a real block, to try and test fieldkit.

Names are combined from lists and numbers are random; no real person is meant. No Aadhaar number
occurs except in the messy roster, which shows that imports cut them.
"""

from fieldkit.sample.chunks import LAST_DAY, sample
from fieldkit.sample.files import write
from fieldkit.sample.roster import messy_roster, write_roster

__all__ = ["LAST_DAY", "messy_roster", "sample", "write", "write_roster"]
