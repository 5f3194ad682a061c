"""Removes, for tests only, a call that Debian's Wine lacks: copies then go another way."""

import sys

if sys.platform == "win32":
    import _winapi

    if hasattr(_winapi, "CopyFile2"):
        del _winapi.CopyFile2
