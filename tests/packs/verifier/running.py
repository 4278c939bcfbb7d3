"""The verifier, run in this process, and what it said."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from titan.packs import verify

FILE = Path(verify.__file__)

ROOT = "the path does not lead to the checkpoint's root"
LENGTH = "a path that is too long or too short"
STATED = "pack.json: another format or checkpoint"
IDENTITY = "the identity is not that of the leaf"
TEXTS = "the texts are not those of the leaf"
UNSIGNED = "checkpoint.txt: not signed by a key that may sign it"
CONTENT = "evidence without the hash and size of its line"
STRAY = "a file that does not belong in a pack"
RESTATED = "`restated` names no such entry of that person"


class Said(NamedTuple):
    code: int
    out: str
    err: str


def run(path: Path, *options: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = verify.main([str(path), *options])
    assert "Traceback" not in err.getvalue()
    return Said(code, out.getvalue(), err.getvalue())
