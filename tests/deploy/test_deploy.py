"""What `deploy/` and the README tell Titan is what Titan understands; they cannot drift apart unnoticed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from click import Command, Group

from titan.cli.main import app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
VARIABLE = re.compile(r"\bTITAN_[A-Z_]*[A-Z]\b")
# Of the compose file and the proxy themselves.
NOT_OURS = {"TITAN_SITE", "TITAN_UPSTREAM", "TITAN_BACKUPS"}


def variables(text: str) -> set[str]:
    return set(VARIABLE.findall(text)) - NOT_OURS


def understood() -> set[str]:
    places = [*(ROOT / "src/titan/config").glob("*.py"), *(ROOT / "src/titan/cli").glob("*.py")]
    return {name for place in places for name in re.findall(r'"(TITAN_[A-Z_]*[A-Z])"', place.read_text())}


def deployed() -> list[Path]:
    return sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.name not in {"titan.env", "s3.json"})


@pytest.mark.parametrize("path", deployed(), ids=lambda path: path.name)
def test_only_variables_that_titan_understands(path: Path) -> None:
    assert variables(path.read_text()) <= understood()


def test_the_readme_lists_every_variable() -> None:
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("## Configuration") : readme.index("## Read on")]
    assert variables(table) == understood()


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def command_lines() -> Iterator[list[str]]:
    for unit in (DEPLOY / "systemd").glob("*.service"):
        (line,) = re.findall(r"^ExecStart=/opt/titan/bin/titan (.*)$", unit.read_text(), re.MULTILINE)
        yield shlex.split(line)
    services = compose()["services"]
    yield from (services[name]["command"] for name in ("web", "worker"))
    container = (DEPLOY / "Containerfile").read_text()
    (line,) = re.findall(r"^CMD (\[.*\])$", container, re.MULTILINE)
    yield json.loads(line)
    operations = (ROOT / "docs/operations.md").read_text()
    for line in re.findall(r"^    (?:TITAN_\w+=\S+ )?titan (.*)$", operations, re.MULTILINE):
        yield from (shlex.split(part.removeprefix("titan ")) for part in line.split(" && "))


@pytest.mark.parametrize("line", list(command_lines()), ids=" ".join)
def test_only_commands_that_titan_has(line: list[str]) -> None:
    command: Command = typer.main.get_command(app)
    rest = list(line)
    while isinstance(command, Group) and rest:
        command = command.commands[rest.pop(0)]
    command.make_context("titan", rest)


def test_backups_can_be_written_where_the_settings_put_them() -> None:
    """A process that cannot write there does not start, whether it makes backups or not."""
    (folder,) = re.findall(r"^# TITAN_BACKUP_DIR=(\S+)$", (DEPLOY / "titan.env.example").read_text(), re.MULTILINE)
    for unit in (DEPLOY / "systemd").glob("*.service"):
        assert f" -{folder}" in re.findall(r"^ReadWritePaths=.*$", unit.read_text(), re.MULTILINE)[0]
    assert f"-d -o titan -g titan -m 750 {folder}" in (DEPLOY / "Containerfile").read_text()
    web = compose()["services"]["web"]
    assert web["environment"]["TITAN_BACKUP_DIR"] == folder
    assert f"${{TITAN_BACKUPS:-backups}}:{folder}" in web["volumes"]


def test_the_compose_file_names_what_is_there() -> None:
    services = compose()["services"]
    assert (DEPLOY / "compose.yaml").parent.joinpath(services["web"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["web"]["build"]["dockerfile"]).exists()
    for name in ("titan.env", "s3.json"):
        assert (DEPLOY / f"{name}.example").exists()
