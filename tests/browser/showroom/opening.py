"""The showroom's process: started, waited for, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Baku"))
CAREFUL = "careful@demo.example"
READY = "The showroom is open: "


@dataclass(frozen=True)
class Showroom:
    """Where the site is served (`address`), whose session cookies open it (`keys`, by role), the numbers of what it
    shows (`places`, by name)."""

    address: str
    cookie: str
    keys: dict[str, str]
    places: dict[str, Any]


@contextmanager
def showroom(home: Path | None = None) -> Iterator[Showroom]:
    """Make the site in `home` (a temporary folder unless given; one that is made already is served as it is) and serve
    it for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="titan-showroom-") as folder:
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.showroom"],
            cwd=Path(__file__).parents[3],
            env={**outer, "TITAN_HOME": str(home or folder), "DJANGO_SETTINGS_MODULE": "titan.config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield _opened(process)
        finally:
            process.communicate()


def _opened(process: subprocess.Popen[str]) -> Showroom:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return Showroom(**json.loads(line.removeprefix(READY)))
    raise RuntimeError("The showroom did not open; what it said is above.")
