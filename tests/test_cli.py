"""The command line: arguments, exit codes, standard streams, and what it imports."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, caller

import fieldkit
from fieldkit.arguments import parser
from fieldkit.commands import laptop
from fieldkit.store import Store


@pytest.fixture
def cli(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Cli:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    return caller(capsysbinary, monkeypatch)


def fieldkit_process(
    home: Path, *arguments: str, typed: bytes = b"", also: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "fieldkit", *arguments],
        input=typed,
        capture_output=True,
        env={**os.environ, "FIELDKIT_HOME": str(home), **(also or {})},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bogus"], "invalid choice: 'bogus'"),
        (["import"], "required: KIND|DIR"),
        (["find"], "required: text"),
        (["find", "Ali", "--limit", "many"], "argument --limit: 'many' is not a whole number"),
        (["find", "Ali", "--limit", "0"], "argument --limit: must be at least 1"),
        (["sample", "--people", "-1", "--out", "x"], "argument --people: must be at least 1"),
        (["sample", "--people", "5"], "required: --out"),
        (["init", "--name", "Asha"], "required: --district"),
        (["init", "--name", "A", "--district", "Budgam"], "'Budgam' is not a whole number"),
        (["export", "toolkit", "--format", "pdf"], "invalid choice: 'pdf'"),
        (["server"], "required: ACTION"),
        (["server", "run"], "required: --database"),
        (["status", "--colour"], "unrecognized arguments: --colour"),
    ],
)
def test_wrong_arguments_exit_with_2_and_a_sentence(
    cli: Cli, tmp_path: Path, arguments: list[str], says: str
) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (2, b"")
    assert says in ran.err
    assert list(tmp_path.iterdir()) == []


def test_every_command_names_a_function_that_exists() -> None:
    named = sorted(set(_functions(parser())))
    assert len(named) > 50
    for module, function in named:
        assert callable(getattr(import_module(f"fieldkit.commands.{module}"), function))


def _functions(of: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    run = of.get_default("run")
    if run is not None:
        yield run
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _functions(command)


def test_help_and_version_are_on_standard_output(cli: Cli) -> None:
    helped = cli("--help")
    assert (helped.code, helped.err) == (0, "")
    assert all(word in helped.text for word in ("demo", "import", "sync", "FIELDKIT_HOME"))
    assert cli("import", "--help").code == 0
    assert cli("--version").text == f"fieldkit {fieldkit.__version__}\n"


def test_a_fault_prints_one_sentence_and_logs_no_data(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(args: Namespace) -> int:
        raise ValueError("Ghulam Mohammad 9419011432")

    monkeypatch.setattr(laptop, "status", broken)
    ran = cli("status", "--json")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, b"", 1)
    assert "an error in the program" in ran.err
    (log,) = (tmp_path / "home" / "logs").iterdir()
    assert str(log) in ran.err
    assert "ValueError" in log.read_text(encoding="utf-8")
    assert "9419011432" not in log.read_text(encoding="utf-8") + ran.err


def test_a_file_that_cannot_be_used_is_named(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    ran = cli("sample", "--people", "2", "--out", file)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert ran.err.startswith(f"{file} cannot be used: ")


def test_it_runs_as_a_module_with_any_console_encoding(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old_console = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    store = Store.open(home)
    store.init("आशा", 2, None)
    store.close()
    entry = json.dumps({"name": "غلام محمد بٹ", "trade_code": "CARP"}).encode()
    loaded = fieldkit_process(
        home, "import", "beneficiary", "-", "--json", typed=entry, also=old_console
    )
    assert (loaded.returncode, json.loads(loaded.stdout)["imported"]) == (0, 1)
    found = fieldkit_process(home, "find", "غلام", also=old_console)
    assert (found.returncode, found.stderr) == (0, b"")
    assert "غلام محمد بٹ" in found.stdout.decode("utf-8")
    lines = fieldkit_process(home, "export", "beneficiary", "--format", "jsonl", also=old_console)
    assert "غلام محمد بٹ" in lines.stdout.decode("utf-8")
    assert b"\r" not in lines.stdout


@pytest.mark.parametrize("command", ["kinds", "status"])
def test_a_closed_pipe_is_no_fault(tmp_path: Path, command: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "fieldkit", command, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "FIELDKIT_HOME": str(tmp_path), "PYTHONUNBUFFERED": ""},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_a_command_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    program = (
        "import sys; from fieldkit.cli import run\n"
        "for line in sys.argv[1:]: assert run(line.split()) == 0\n"
        "sys.stderr.write('\\n' + ' '.join(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "status --json", "find Ali", "export toolkit", "kinds"],
        capture_output=True,
        env={**os.environ, "FIELDKIT_HOME": str(tmp_path)},
        text=True,
        check=True,
        timeout=60,
    )
    loaded = {name.partition(".")[0] for name in ran.stderr.split()}
    assert "sqlmodel" in loaded
    assert not loaded & {"httpx", "openpyxl", "xlrd", "fastapi", "uvicorn", "textual"}


def test_the_parser_alone_loads_nothing_heavy() -> None:
    program = (
        "import sys; from fieldkit import arguments, cli; arguments.parser(); print(*sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert not loaded & {"sqlmodel", "sqlalchemy", "pydantic", "httpx", "openpyxl", "textual"}
