"""The settings in docs/server.md, with the real nginx and Caddy, where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from tests.server.conftest import Laptop, problem

from fieldkit.protocol.messages.sync import LARGEST_BODY, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import ACCEPT_ENCODING, AVAILABLE_DICTIONARY, decode, encode
from fieldkit.server.http.shares import MOST_STRANGERS_OF_ADDRESS
from fieldkit.server.operation.local import code

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs/server.md"
CERTIFICATE, KEY = HERE / "certificate_for_tests.pem", HERE / "key_for_tests.pem"
LAPTOP_ADDRESS = "127.0.0.7"
_SERVER = """
import sys
from fieldkit.server.operation.run import run
def say(url):
    print(url, flush=True)
run(sys.argv[1], port=0, trusted=["127.0.0.1"], ready=say, watch_input=True)
"""


def _documented(language: str, server: str) -> str:
    """Return the settings of the document, for this server."""
    written = DOCUMENT.read_text("utf-8")
    settings: str
    (settings,) = re.findall(rf"^```{language}\n(.*?)^```", written, re.DOTALL | re.MULTILINE)
    assert "127.0.0.1:8000" in settings
    return settings.replace("127.0.0.1:8000", server)


def _nginx(folder: Path, server: str, port: int) -> list[str]:
    settings = _documented("nginx", server).replace("listen 443", f"listen 127.0.0.1:{port}")
    settings = re.sub(r"(ssl_certificate +)\S+;", rf"\1{CERTIFICATE};", settings)
    settings = re.sub(r"(ssl_certificate_key +)\S+;", rf"\1{KEY};", settings)
    paths = "access_log off;\n" + "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # else it may not write to its own folders
    whole = (
        f"{user}pid {folder / 'pid'};\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{settings}}}\n"
    )
    file = folder / "nginx.conf"
    file.write_text(whole, encoding="utf-8")
    return ["nginx", "-c", str(file), "-e", str(folder / "errors"), "-g", "daemon off;"]


def _caddy(folder: Path, server: str, port: int) -> list[str]:
    settings = _documented("caddy", server)
    settings = settings.replace("{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers", 1)
    site = f"https://127.0.0.1:{port} {{\n\ttls {CERTIFICATE} {KEY}"
    settings = settings.replace("fieldkit.example.in {", site)
    file = folder / "Caddyfile"
    file.write_text(settings, encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]


PROXIES = {"nginx": _nginx, "caddy": _caddy}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def _running(folder: Path, name: str) -> Iterator[str]:
    """Run a server and a proxy before it; yield the proxy's URL."""
    database = f"sqlite:///{folder / 'server.sqlite3'}"
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as serving:
        assert serving.stdin is not None
        assert serving.stdout is not None
        server = serving.stdout.readline().strip().removeprefix("http://")
        port = _free_port()
        command = PROXIES[name](folder, server, port)
        with (folder / "said").open("wb") as said:
            proxy = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            while True:
                assert proxy.poll() is None, (folder / "said").read_text("utf-8")
                with socket.socket() as line:
                    if line.connect_ex(("127.0.0.1", port)) == 0:
                        break
            yield f"https://127.0.0.1:{port}"
        finally:
            proxy.terminate()
            proxy.wait(30)
            serving.stdin.close()
            serving.wait(30)


@pytest.fixture(scope="module", params=list(PROXIES))
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Laptop, Path]]:
    """A laptop that reaches a server through a proxy, and the server's folder."""
    if shutil.which(request.param) is None or sys.platform != "linux":
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    with _running(folder, request.param) as url:
        laptop = Laptop(url)
        laptop.http.close()
        transport = httpx.HTTPTransport(verify=False, local_address=LAPTOP_ADDRESS)
        laptop.http = httpx.Client(base_url=url, transport=transport, timeout=60)
        answer = laptop.enrol(code(folder / "server.sqlite3"), token="")
        assert answer.status_code == 200, answer.text
        yield laptop, folder
        laptop.http.close()


def test_a_laptop_syncs_with_the_dictionary(behind: tuple[Laptop, Path]) -> None:
    laptop, _ = behind
    laptop.change(1, name="Noor VO")
    body = encode(SyncRequest.model_validate(laptop.request(1)), "dcz")
    heads = {
        "authorization": f"Bearer {laptop.token}",
        "content-encoding": "dcz",
        "accept-encoding": ACCEPT_ENCODING,
        "available-dictionary": AVAILABLE_DICTIONARY,
    }
    with laptop.http.stream("POST", "/v1/sync", content=body, headers=heads) as answer:
        came = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "dcz"
    assert decode(came, SyncAnswer, "dcz").seq == 1


def test_wrong_codes_count_against_the_laptops_address(behind: tuple[Laptop, Path]) -> None:
    laptop, folder = behind
    guess = {"code": "AAAAA-AAAAA", "origin": laptop.origin, "district": 2}
    made_up = {"x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "http", "forwarded": "for=1"}
    answer = laptop.http.post("/v1/enrol", json=guess, headers=made_up)
    assert problem(answer) == (403, "code-unknown")
    with closing(sqlite3.connect(folder / "server.sqlite3")) as file:
        assert file.execute("SELECT address FROM wrong_code").fetchall() == [(LAPTOP_ADDRESS,)]


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json", "/healthz", "/readyz", "/"])
def test_only_messages_are_for_the_public(behind: tuple[Laptop, Path], path: str) -> None:
    assert behind[0].http.get(path).status_code == 404


def test_a_body_that_is_too_large_is_refused_with_a_reason(behind: tuple[Laptop, Path]) -> None:
    answer = behind[0].raw(b"x" * (LARGEST_BODY + 1))
    assert problem(answer) == (413, "too-large")
    assert behind[0].raw(b"x" * (4 * LARGEST_BODY)).status_code == 413


def test_slow_senders_elsewhere_stop_nobody(behind: tuple[Laptop, Path]) -> None:
    laptop, folder = behind
    port = laptop.http.base_url.port or 0
    trust = ssl.create_default_context(cafile=CERTIFICATE)
    trust.check_hostname = False
    slow = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"
    with ExitStack() as lines:
        for _ in range(2 * MOST_STRANGERS_OF_ADDRESS):
            line = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.8", 0))
            line = lines.enter_context(trust.wrap_socket(line))
            line.sendall(slow)
        assert laptop.ask().status_code == 200
        assert laptop.enrol(code(folder / "server.sqlite3")).status_code == 200
