"""What `deploy/` holds is read by the programs it is written for, or by linters of such files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def complaints(*command: str | Path, **settings: str) -> str:
    """Return what a program complains of; nothing when it is content."""
    told = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=300, check=False
    )
    return told.stdout + told.stderr if told.returncode else ""


def installed(program: str) -> str:
    """Return where a program of the system is; one that is not installed can only be missing outside of CI."""
    path = shutil.which(program)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"no {program} here")
    assert path is not None, f"{program} must be installed"
    return path


def test_the_container_file() -> None:
    assert complaints(Path(sys.executable).parent / "hadolint", DEPLOY / "Containerfile") == ""


def test_the_compose_file() -> None:
    """Style aside; and the proxy listens everywhere, which is what it is there for."""
    linter = ROOT / "tests/oracles/node_modules/.bin/dclint"
    aside = ("--quiet", "--disable-rule", "no-unbound-port-interfaces")
    assert complaints(linter, DEPLOY / "compose.yaml", *aside) == ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_units(unit: Path, tmp_path: Path) -> None:
    """Each names a program, so it is read with one that is here in the place of /opt/titan/bin/titan."""
    copy = tmp_path / unit.name
    copy.write_text(re.sub("^ExecStart=/opt/titan/bin/titan ", "ExecStart=/bin/true ", unit.read_text(), flags=re.M))
    told = subprocess.run(
        [installed("systemd-analyze"), "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    # What a unit says that it does not know is told, and is no error to it.
    assert (told.returncode, [line for line in told.stderr.splitlines() if copy.name in line]) == (0, [])


def test_the_reverse_proxy() -> None:
    where = {"TITAN_SITE": "titan.example", "TITAN_UPSTREAM": "127.0.0.1:8000"}
    reading = ("--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert complaints(installed("caddy"), "validate", *reading, **where) == ""
