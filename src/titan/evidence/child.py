"""Runs a module of ours in a limited child process, so that a malicious file breaks nothing but the child."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from titan.core.language import _
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.limits import MAX_ANSWER, WALL_SECONDS, NotAccepted

log = logging.getLogger(__name__)
SOURCE = Path(__file__).resolve().parents[2]
# Each child may take up to limits.MEMORY; more uploads at once wait here.
_room = threading.BoundedSemaphore(2)


def run_child(module: str, arguments: Sequence[str], *, wall_seconds: float = WALL_SECONDS) -> dict[str, Any]:
    """Run `python -m module arguments` and return its answer.

    Raises NotAccepted when the child refuses, dies or takes longer than `wall_seconds` (the file is to blame
    then), EvidenceUnavailable when it cannot be started or is broken itself.
    """
    with _room:
        code, output = _run(module, arguments, wall_seconds)
    try:
        answer = json.loads(output)
    except ValueError:
        if code > 0:
            log.error("%s ended with exit code %s and without an answer", module, code)
            raise EvidenceUnavailable(_("Files cannot be inspected just now; nothing was kept. Try again.")) from None
        log.warning("%s was ended by signal %s", module, -code)
        raise NotAccepted(_("It is damaged, or takes more time or memory to open than a sheet may.")) from None
    if "refused" in answer:
        raise NotAccepted(_(str(answer["refused"])), **answer.get("values", {}))
    if "disk_full" in answer:
        raise EvidenceUnavailable(_("The disk is full; nothing was kept. Free some space, then repeat the upload."))
    return dict(answer)


def _run(module: str, arguments: Sequence[str], wall_seconds: float) -> tuple[int, bytes]:
    command = [sys.executable, "-P", "-m", module, *arguments]
    # Nothing of our environment: the secret key and the database's address are not the child's business.
    environment = {"PYTHONPATH": str(SOURCE), "LANG": "C.UTF-8"}
    try:
        child = subprocess.Popen(  # noqa: S603 (our own interpreter, our own module, paths that we made)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        raise EvidenceUnavailable(_("Files cannot be inspected just now; nothing was kept. Try again.")) from error
    with child:
        watch = threading.Timer(wall_seconds, child.kill)
        watch.start()
        try:
            assert child.stdout is not None  # noqa: S101 (asked for above)
            output = child.stdout.read(MAX_ANSWER)
            child.stdout.close()
            return child.wait(), output
        finally:
            watch.cancel()
