"""Build the installer for Windows, on Linux: ``python -m windows.build``.

It holds the embeddable CPython, the locked wheels for 64-bit Windows and fieldkit, all checked by
their hashes. Nothing is downloaded on the laptop.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fieldkit import __version__
from windows.wine.prefix import Prefix, tool

SOURCE = Path(__file__).parent
ROOT = SOURCE.parent
INTO = ROOT / "build" / "windows"
MADE = INTO / f"fieldkit-{__version__}-windows.exe"
PYTHON = "3.13"
STAMP = 1_767_225_600
"""The time of every file, 2026-01-01 UTC, so that the same sources give the same installer."""
SEARCHED = ("python313.zip", ".", r"Lib\site-packages")
"""Where the installed Python looks for modules: nowhere else, whatever the laptop has."""
_NOT_NEEDED = ("bin", "share", ".lock")


def main() -> None:
    """Build the tree, then the installer."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--into", type=Path, default=INTO, metavar="FOLDER")
    given.add_argument(
        "--interpreter",
        type=Path,
        metavar="FOLDER",
        help="another embeddable CPython 3.13, unpacked",
    )
    args = given.parse_args()
    tree = make_tree(args.into, args.interpreter)
    made = make_installer(tree, args.into)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB, installed {_size(tree) / 1e6:.0f} MB")


def make_tree(into: Path, interpreter: Path | None) -> Path:
    """Lay out the folder that is installed, and return it."""
    tree = into / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    app = tree / "app"
    packages = app / "Lib" / "site-packages"
    _lay_interpreter(app, interpreter, into)
    install(packages, "-r", str(ROOT / "requirements" / "runtime.txt"), "--require-hashes")
    install(packages, str(_wheel(into)))
    for name in _NOT_NEEDED:
        _remove(packages / name)
    _drop_machine_paths(packages)
    shutil.copy(SOURCE / "fieldkit.cmd", tree)
    shutil.copy(ROOT / "LICENSE", tree / "LICENSE.txt")
    with Prefix(into / "prefix") as prefix:
        compile_all(app / "python.exe", packages, prefix)
    # Last: with this file, the interpreter ignores the environment.
    (app / "python313._pth").write_text("\n".join(SEARCHED) + "\n", "utf-8")
    for path in sorted(tree.rglob("*")):
        os.utime(path, (STAMP, STAMP))
    return tree


def install(packages: Path, *what: str) -> None:
    """Install wheels for Windows into a folder; what is built from source is refused."""
    _run(
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", packages),
        *("--python", sys.executable, "--python-version", PYTHON, "--link-mode", "copy"),
        *("--python-platform", "x86_64-pc-windows-msvc", "--only-binary", ":all:", "--no-deps"),
        *what,
    )


def _lay_interpreter(app: Path, interpreter: Path | None, into: Path) -> None:
    if interpreter is None:
        interpreter = into / "interpreter"
        _remove(interpreter)
        _run(
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", interpreter),
            *("--python", sys.executable, "--link-mode", "copy", "--no-deps", "--require-hashes"),
            *("-r", SOURCE / "interpreter.txt"),
        )
    app.mkdir(parents=True)
    for file in sorted(interpreter.iterdir()):
        if file.is_file() and not file.name.endswith("._pth") and file.name != ".lock":
            shutil.copyfile(file, app / file.name)


def _wheel(into: Path) -> Path:
    """Build the wheel of fieldkit, and return it."""
    folder = into / "wheel"
    _remove(folder)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder.resolve())
    (wheel,) = folder.glob("*.whl")
    return wheel


def _drop_machine_paths(packages: Path) -> None:
    """Remove what tells from which folder of this machine a package came."""
    for name in ("direct_url.json", "RECORD", "REQUESTED", "INSTALLER", "uv_cache.json"):
        for file in packages.glob(f"*.dist-info/{name}"):
            file.unlink()


def compile_all(python: Path, packages: Path, prefix: Prefix) -> None:
    """Compile all modules with the Python that will run them: the first start is then faster.

    The compiled files do not depend on the times of the sources, which an installer may change.
    """
    ran = prefix.run(
        *(python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", packages, packages),  # no path of this machine in them
        environment={"PYTHONHASHSEED": "0"},
    )
    modules = [path for path in packages.rglob("*.py") if path.stem.isidentifier()]
    missing = [path for path in modules if not list(_compiled(path))]
    if missing:
        raise SystemExit(f"Not compiled: {len(missing)} modules, as {missing[0]}.\n{ran.text}")


def _compiled(module: Path) -> Iterator[Path]:
    return (module.parent / "__pycache__").glob(f"{module.stem}.cpython-*.pyc")


def make_installer(tree: Path, into: Path) -> Path:
    """Pack the tree as one program that installs it."""
    made = into.resolve() / MADE.name
    size = _size(tree) // 1024
    _run(
        *(tool("makensis"), "-V2", f"-DVERSION={__version__}", f"-DTREE={tree.resolve()}"),
        *(f"-DSIZE={size}", f"-DOUT={made}", SOURCE / "installer.nsi"),
    )
    return made


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _run(*command: str | Path) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(STAMP)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
