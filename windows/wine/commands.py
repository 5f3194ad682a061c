"""Runs commands of fieldkit one after another in one Windows process: each start takes long.

Reads a JSON list a line (arguments, home, input), and writes one (code, output, errors), both with
bytes as base64. Run by the installed Python, so it imports nothing of this repository but fieldkit.
"""

import base64
import io
import json
import os
import runpy
import sys
import traceback


def run(arguments: list[str], home: str, given: bytes) -> tuple[int, bytes, bytes]:
    """Run ``python -m fieldkit`` as a process of code page 1252 would; return what it wrote."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="cp1252") for _ in range(2))
    os.environ["FIELDKIT_HOME"] = home
    sys.argv = ["fieldkit", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(given), encoding="cp1252")
    sys.stdout, sys.stderr = out, err
    code: object = 0
    try:
        runpy.run_module("fieldkit", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        code = -1
        traceback.print_exc()
    out.flush()
    err.flush()
    return code if isinstance(code, int) else 1, out.buffer.getvalue(), err.buffer.getvalue()


def main() -> None:
    """Answer line by line until the input ends."""
    lines, answers = sys.stdin, sys.stdout
    for line in lines:
        arguments, home, given = json.loads(line)
        code, *written = run(arguments, home, base64.b64decode(given))
        told = [code, *(base64.b64encode(one).decode() for one in written)]
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
