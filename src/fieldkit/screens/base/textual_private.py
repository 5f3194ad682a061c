"""All use of Textual's private names, as of the version pinned in ``pyproject.toml``.

A test fails when another version is installed: read this file against it, then change the number.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.screen import Screen

READ_AGAINST = "8.2.8"
"""The version of Textual in which these names mean what is said here."""

ALT_SIGNS = frozenset(
    typed
    for sequence, typed in ANSI_SEQUENCES_KEYS.items()
    if isinstance(typed, str) and len(sequence) == 2
)
"""The signs Textual makes of Alt and a digit, which nobody means to type."""


def running(app: App[int]) -> bool:
    """Say whether the application has not begun to end."""
    return app._running


def as_active(app: App[int]) -> AbstractContextManager[None]:
    """Make ``app`` the active application for a task of its own."""
    return app._context()


async def mounted(screen: Screen[object]) -> None:
    """Wait until a screen has its widgets."""
    await screen._mounted_event.wait()
