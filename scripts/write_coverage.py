"""Write docs/COVERAGE.md from the list of figures that reviews ask for."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.reports.coverage import document  # noqa: E402

if __name__ == "__main__":
    (ROOT / "docs" / "COVERAGE.md").write_text(document(), encoding="utf-8")
