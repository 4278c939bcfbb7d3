"""What audit packs cost: how long one worker's takes, and how much memory that of a company of 500."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench import raw
from bench.timing import ROUNDS, Measured, alone
from bench.verifying import begin_anew

PEOPLE, SHEETS, SIDE = 500, 40, 1_600
A_SECOND = 1_000.0
"""Milliseconds: a worker's pack is ready in under one."""
MORE_MEMORY = 1.25
"""How many times the memory of one worker's pack a company's may take, however large it is."""


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure the packs of workers, and the peak memory of `titan pack` for a worker and for a company of 500."""
    begin_anew(at)
    company = _company(at)
    ours = alone(lambda number: _taken(PEOPLE + 1 + number, at), rounds=rounds)
    yield Measured("pack of a worker, against a second", workers, ours, A_SECOND, 1.0)
    small, _size = _peak("--worker", _badge(PEOPLE + 1))
    large, size = _peak("--company", company)
    note = f"MB of memory, for {size / 1e6:,.0f} MB of pack; raw: for one worker's"
    yield Measured(f"pack of a company of {PEOPLE}: peak memory", workers, large, small, MORE_MEMORY, note=note)


def _taken(worker_id: int, at: datetime) -> int:
    """Make the pack of a worker and return its size."""
    from titan.core.actor import system_actor
    from titan.packs.commands import make_pack
    from titan.packs.scope import About, Scope

    pack = make_pack(Scope(About.WORKER, worker_id), by=system_actor(), at=at, languages=["en"])
    return sum(map(len, pack.chunks))


def _company(at: datetime) -> str:
    """Let the first 500 work for one company of their own, with pictures of some megabytes as evidence; its code."""
    from titan.catalogue.models import CourseVersion
    from titan.core.actor import system_actor
    from titan.core.command import command
    from titan.evidence.commands import Upload, record_evidence, stage
    from titan.records.commands import ExternalResult, record_external_result

    ours, theirs = (raw.value(f"SELECT {which}(id) FROM personnel_company") for which in ("MIN", "MAX"))
    raw.run("UPDATE personnel_worker SET company_id = ? WHERE company_id = ?", [theirs, ours])
    raw.run("UPDATE personnel_worker SET company_id = ? WHERE id <= ?", [ours, PEOPLE])
    course = CourseVersion.objects.filter(status="PUBLISHED", requires_verification=False).values_list("course_id")[0][
        0
    ]
    for number in range(1, SHEETS + 1):
        kept = command(record_evidence)(stage([Upload("sheet.png", _picture())]), by=system_actor(), at=at)
        result = ExternalResult(number, course, (at - timedelta(days=3)).date())
        record_external_result(result, kept.id, by=system_actor(), at=at)
    return str(raw.value("SELECT code FROM personnel_company WHERE id = ?", [ours]))


def _picture() -> io.BytesIO:
    from PIL import Image

    content = io.BytesIO()
    # Of noise: nothing makes it smaller.
    Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)).save(content, "PNG", compress_level=0)
    content.seek(0)
    return content


def _badge(worker_id: int) -> str:
    return str(raw.value("SELECT employee_id FROM personnel_worker WHERE id = ?", [worker_id]))


def _peak(*scope: str) -> tuple[float, int]:
    """Return the most memory in MB that `titan pack` of this scope takes, and the bytes of the pack."""
    titan = Path(sys.executable).with_name("titan")
    with tempfile.TemporaryDirectory(prefix="titan-bench-") as folder:
        file = Path(folder) / "pack.zip"
        process = subprocess.Popen([str(titan), "pack", str(file), *scope], stdout=subprocess.DEVNULL)  # noqa: S603
        _pid, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"titan pack {' '.join(scope)} failed: {status}")
        # Linux counts in kilobytes.
        return usage.ru_maxrss / 1024, file.stat().st_size
