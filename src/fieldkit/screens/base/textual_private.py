"""All use of Textual's private names, as of the version pinned in ``pyproject.toml``.

A test fails when another version is installed: read this file against it, then change the number.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from encodings.utf_8 import IncrementalDecoder
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

T = TypeVar("T")

READ_AGAINST = "8.2.8"
"""The version of Textual in which these names mean what is said here."""

OVERRIDDEN = ("_fatal_error",)
"""Methods of Textual's App that the application replaces: this one ends it with an exception."""

ALT_SIGNS = frozenset(
    typed
    for sequence, typed in ANSI_SEQUENCES_KEYS.items()
    if isinstance(typed, str) and len(sequence) == 2
)
"""The signs Textual makes of Alt and a digit, which nobody means to type."""


def tolerate_any_byte(ended: Callable[[], None]) -> None:
    """Show what is no UTF-8 as a replacement sign: Textual's reader of keys would end at it.

    A terminal set to Latin-1, or noise on the line, sends such bytes. ``ended`` is called when the
    terminal is gone: Textual would read its end again and again. Not everybody is sent a signal
    then, as under ``make``.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        class Decoder(IncrementalDecoder):
            def decode(self, typed: ReadableBuffer, final: bool = False) -> str:
                if not typed:
                    ended()
                return super().decode(typed, final)

        tolerant = partial(Decoder, errors="replace")
        vars(linux_driver)["getincrementaldecoder"] = lambda _encoding: tolerant


def running(app: App[T]) -> bool:
    """Say whether the application has not begun to end."""
    return app._running


def as_active(app: App[T]) -> AbstractContextManager[None]:
    """Make ``app`` the active application for a task of its own."""
    return app._context()


async def mounted(screen: Screen[T]) -> None:
    """Wait until a screen has its widgets."""
    await screen._mounted_event.wait()


def handle_exception(app: App[T], error: Exception) -> None:
    """Let Textual end the application because of ``error``."""
    app._handle_exception(error)


def call_from_signal(app: App[T], callback: Callable[[], Awaitable[None]]) -> None:
    """Call ``callback`` on the application's event loop, from a signal handler."""
    if app._loop is not None:
        app._loop.call_soon_threadsafe(app.call_later, callback)


def stop_at_once(app: App[T]) -> None:
    """End the application without what Textual would print about it."""
    app._exit_renderables.clear()
    app._close_messages_no_wait()
