"""Run fieldkit as a module: ``python -m fieldkit``."""

from fieldkit.cli import main

main()
