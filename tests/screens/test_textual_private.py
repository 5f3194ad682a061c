"""Textual's private names are used in one file, which was read against the installed version."""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

import fieldkit
from fieldkit.screens.base import textual_private

PACKAGE = Path(fieldkit.__file__).parent
HERE = Path(textual_private.__file__)
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def names_of(*classes: type) -> set[str]:
    """Return the private names that Textual's classes have, methods and attributes."""
    found: set[str] = set()
    for one in classes:
        source = Path(inspect.getfile(one)).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                found.add(node.attr)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found |= {node.name} if node.name.startswith("_") else set()
    return {name for name in found if not name.startswith("__")}


def own_names(tree: ast.AST) -> set[str]:
    """Return the private names that a module defines or assigns itself."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def private_uses(path: Path, textual: set[str]) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual._"):
            yield f"{path.name}:{node.lineno} {node.module}"
        elif isinstance(node, ast.Attribute) and node.attr in textual - own:
            yield f"{path.name}:{node.lineno} {node.attr}"


def test_the_private_names_are_those_of_the_installed_and_pinned_version() -> None:
    assert version("textual") == textual_private.READ_AGAINST
    pinned = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"textual=={textual_private.READ_AGAINST}" in pinned


def test_what_is_overridden_is_there() -> None:
    assert all(callable(getattr(App, name)) for name in textual_private.OVERRIDDEN)


def test_no_other_file_uses_textuals_private_names() -> None:
    textual = names_of(App, Screen, MessagePump)
    found = [
        use
        for folder in (PACKAGE / "screens", PACKAGE / "app.py")
        for path in (folder.rglob("*.py") if folder.is_dir() else [folder])
        if path != HERE
        for use in private_uses(path, textual)
    ]
    assert not found
