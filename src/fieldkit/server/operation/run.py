"""Running the server process until a signal stops it."""

from __future__ import annotations

import gc
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from fieldkit.file_fault import why
from fieldkit.server.database.connection import Unusable
from fieldkit.server.http.app import create_app
from fieldkit.server.http.caller import networks
from fieldkit.server.http.connections import MOST_CONNECTIONS, Connections, protocol
from fieldkit.server.request_log import log_event, write_to_standard_error

KEEP_ALIVE = 90
"""Seconds an idle connection is kept: longer than the gateways of mobile networks keep it."""
LARGEST_HEADER = 16 << 10
FINISH_SECONDS = 20
"""Seconds that requests in progress have to finish when the server stops."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The PEM files of a certificate with its chain, and of its key."""

    file: Path
    key: Path

    def check(self) -> None:
        """Check that the two can be used together.

        Raises:
            Unusable: they cannot.
        """
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.file, self.key)
        except (OSError, ValueError) as error:
            raise Unusable(
                f"The certificate {self.file} and the key {self.key} cannot be used: "
                f"{_unusable(error)}."
            ) from None


def _unusable(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return why(error)
    return "they are not PEM files, or do not belong together; make them again"


def run(
    database: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    certificate: Certificate | None = None,
    trusted: Sequence[str] = (),
    ready: Callable[[str], None] | None = None,
    watch_input: bool = False,
) -> None:
    """Serve the database at this URL until SIGINT or SIGTERM, then finish requests in progress.

    ``port``: 0 chooses a free one. ``trusted``: addresses or networks of proxies whose
    ``X-Forwarded-`` headers are believed. ``ready``: called with the address once the socket
    listens. ``watch_input``: also stop when standard input ends, as when the parent process dies.

    Raises:
        Unusable: the database, the address, the certificate or a proxy cannot be used.
    """
    try:
        proxies = networks(trusted)
    except ValueError as error:
        raise Unusable(f"Give the trusted proxy by its address, not {error}.") from None
    if certificate:
        certificate.check()
    write_to_standard_error()
    _allow_files(MOST_CONNECTIONS + 200)
    connections = Connections(proxies)
    with _listen(connections, host, port) as listening:
        app = create_app(database, trusted=proxies)
        server = uvicorn.Server(_config(app, connections, certificate))
        if watch_input:
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        scheme = "https" if certificate else "http"
        address = f"{scheme}://{_in_url(host)}:{listening.getsockname()[1]}"
        log_event("listening", address=address)
        gc.freeze()  # modules loaded by now stay: garbage collection need not scan them
        if ready:
            ready(address)
        server.run(sockets=[listening])


def _config(
    app: Callable[..., object], connections: Connections, certificate: Certificate | None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol(connections),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LARGEST_HEADER,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=FINISH_SECONDS,
        ssl_certfile=certificate.file if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )


def _allow_files(most: int) -> None:
    """Let this process open so many files, as each connection is one and 1,024 are usual."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(connections: Connections, host: str, port: int) -> socket.socket:
    """Bind before the server starts, so that a busy port gives a clear error."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = connections.listener(family)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except (OSError, OverflowError):
        listening.close()
        raise Unusable(
            f"The server cannot use {host}, port {port}: another program may be using it, "
            "or it is not an address of this computer. Give another with --host or --port."
        ) from None
    return listening


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
