"""`titan walk` tells the flow, and the README shows what it really prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
# As on a busy machine: who signs behind the answers is late, and not done when the last step is told.
SIGNED_LATE = """
import sys, time
from titan.cli import main, walk

tell = walk._tell

def tell_and_sign_late():
    from titan.ledger.commands import sign
    at_once = sign.sign_head
    sign.sign_head = lambda: (time.sleep(0.5), at_once())[1]
    tell()

walk._tell = tell_and_sign_late
sys.argv = ["titan", "walk"]
main.main()
"""


def told(text: str) -> list[str]:
    """Return the lines of a walk, without the hash and size of the sheet, which the compressor decides."""
    masked = re.sub(r"[\d,]+ bytes, stored under SHA-256 [0-9a-f]{64}", "bytes under a hash", text)
    return [line.rstrip() for line in masked.strip().splitlines()]


def test_the_readme_shows_the_real_walk() -> None:
    command = [sys.executable, "-c", SIGNED_LATE]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
    walked = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=300, check=False)
    assert (walked.returncode, walked.stderr) == (0, "")
    shown = README.read_text().split("`.venv/bin/titan walk`", 1)[1].split("```", 2)[1]
    assert told(walked.stdout) == told(shown)
    assert "18 workers turned Green for H2S Awareness" in walked.stdout
