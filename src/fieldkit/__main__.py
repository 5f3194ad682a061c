"""The entry point. Without arguments it opens the application and loads nothing else."""

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Open the application, or run the command line if there are arguments."""
    if len(sys.argv) > 1:
        from fieldkit.cli import main as command_line

        command_line()
    gc.disable()  # what is imported stays; the opening of the store enables it
    from fieldkit.plain_text import write_utf8

    write_utf8()
    from fieldkit.app import run
    from fieldkit.settings import home_folder

    sys.exit(run(home_folder()))


if __name__ == "__main__":
    main()
