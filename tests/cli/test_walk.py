"""`titan walk` tells the flow, and the README shows what it really prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def told(text: str) -> list[str]:
    """Return the lines of a walk, without the hash and size of the sheet, which the compressor decides."""
    masked = re.sub(r"[\d,]+ bytes, stored under SHA-256 [0-9a-f]{64}", "bytes under a hash", text)
    return [line.rstrip() for line in masked.strip().splitlines()]


def test_the_readme_shows_the_real_walk() -> None:
    command = [str(Path(sys.executable).parent / "titan"), "walk"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
    walked = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=300, check=False)
    assert walked.returncode == 0, walked.stderr
    shown = README.read_text().split("`.venv/bin/titan walk`", 1)[1].split("```", 2)[1]
    assert told(walked.stdout) == told(shown)
    assert "18 workers turned Green for H2S Awareness" in walked.stdout
