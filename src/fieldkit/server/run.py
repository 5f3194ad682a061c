"""Running the server until it is told to stop."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from fieldkit.server.app import LOG, create_app
from fieldkit.server.database import Unusable

KEEP_ALIVE = 90
"""Seconds a quiet connection is kept: longer than the middle boxes of mobile networks do."""


def run(
    database: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    ready: Callable[[str], None] | None = None,
    watch_input: bool = False,
) -> None:
    """Serve the database at this URL until SIGINT or SIGTERM; what is under way is finished.

    ``ready`` is told the address once requests are taken (port 0 takes any free one);
    ``watch_input`` stops when standard input ends, that is with the process that started this one.

    Raises:
        Unusable: the database or the address cannot be used.
    """
    _log_lines()
    with _listen(host, port) as listening:
        config = uvicorn.Config(
            create_app(database),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=20,
        )
        server = uvicorn.Server(config)
        if watch_input:
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        address = f"http://{_named(host)}:{listening.getsockname()[1]}"
        LOG.info("%s", json.dumps({"event": "listening", "address": address}))
        if ready:
            ready(address)
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Bind before the server starts, so that a busy port is a plain sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise Unusable(
            f"Nothing can listen on {host}, port {port}: another program may use it. ({error})"
        ) from None
    return listening


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True


def _log_lines() -> None:
    """Write the log to standard error, a line of JSON each."""
    if not LOG.handlers:
        LOG.addHandler(logging.StreamHandler())
        LOG.setLevel(logging.INFO)
        LOG.propagate = False
