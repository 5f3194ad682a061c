"""Made-up people of a real block, the same for the same seed: to try fieldkit, and to test it.

Names are put together from lists, numbers are drawn; nobody is meant. No Aadhaar number occurs,
but in the messy roster, which shows that they are cut.
"""

from fieldkit.sample.chunks import LAST_DAY, sample
from fieldkit.sample.files import write
from fieldkit.sample.roster import messy_roster, write_roster

__all__ = ["LAST_DAY", "messy_roster", "sample", "write", "write_roster"]
