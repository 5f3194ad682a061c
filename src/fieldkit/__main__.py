"""Where fieldkit starts. Without arguments it is the application, and nothing else is loaded."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Open the application at once, or hand over to the command line."""
    if len(sys.argv) > 1:
        from fieldkit.cli import main as command_line

        command_line()
    from fieldkit.app import run
    from fieldkit.settings import home_folder

    sys.exit(run(home_folder()))


if __name__ == "__main__":
    main()
