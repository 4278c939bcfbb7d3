"""A real calendar program, khal, in a folder of its own: it takes calendar files in and lists what it understood."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

CONFIG = """[calendars]
[[titan]]
path = {folder}/vdir
type = calendar

[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M

[sqlite]
path = {folder}/khal.db

[default]
default_calendar = titan
"""
FIELDS = ("title", "start-long", "end-long", "status", "location", "uid")


@dataclass(frozen=True)
class Listed:
    """An event as khal understood it, with its times on the clocks of khal's own zone."""

    title: str
    starts: str
    ends: str
    status: str
    location: str
    uid: str


class Khal:
    """Khal with an empty calendar in `folder`; it shows times in `zone`."""

    def __init__(self, folder: Path, zone: str) -> None:
        (folder / "vdir").mkdir(parents=True)
        self._config = folder / "config"
        self._config.write_text(CONFIG.format(folder=folder, zone=zone))
        self._folder = folder

    def take(self, calendar: bytes) -> None:
        """Import a calendar file; what is there under the same UID is replaced."""
        path = self._folder / "taken.ics"
        path.write_bytes(calendar)
        self._run("import", "--batch", "-a", "titan", str(path))

    def listed(self, first: date, last: date) -> list[Listed]:
        """Return the events from `first` to the day before `last`, by time."""
        fields = [part for name in FIELDS for part in ("--json", name)]
        out = self._run("list", *fields, first.isoformat(), last.isoformat())
        days = [json.loads(line) for line in out.splitlines() if line.startswith("[")]
        rows = [Listed(*(one[name].strip() for name in FIELDS)) for day in days for one in day]
        return sorted(rows, key=lambda one: (one.starts, one.title))

    def _run(self, *args: str) -> str:
        program = Path(sys.executable).with_name("khal")
        done = subprocess.run(
            [str(program), "--no-color", "-c", str(self._config), *args],
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
