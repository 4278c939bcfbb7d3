"""The backup of every night, when TITAN_BACKUP_DIR names a folder."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from titan.backup.archive import check_archive
from titan.backup.commands import make_backup
from titan.backup.rotation import made_at, name_of, outdated
from titan.core.meters import EVIDENCE_ALARMS
from titan.evidence.queries import Files
from titan.ledger.alarms import MOST_OF_A_CODE, raise_alarm
from titan.training.verify.evidence import evidence_problems

log = logging.getLogger("titan.backup")


def back_up(at: datetime) -> None:
    """Make a backup, read it back, and only then remove those that TITAN_BACKUP_KEEP no longer asks for."""
    folder = settings.TITAN_BACKUP_DIR
    if folder is None:
        return
    path = folder / name_of(at)
    manifest = make_backup(path, at=at, progress=lambda *_: None)
    check_archive(path)
    if manifest.lost:
        _raise_alarms(manifest.lost, at)
    days, weeks, months = settings.TITAN_BACKUP_KEEP
    for name in outdated((entry.name for entry in folder.iterdir()), days=days, weeks=weeks, months=months):
        (folder / name).unlink(missing_ok=True)


def _raise_alarms(lost: list[str], at: datetime) -> None:
    """Tell everybody of evidence that no backup can hold any more: in the log, and as alarms that stay open.

    Who makes backups may be a process without figures of its own; open alarms are told by every serving one.
    """
    EVIDENCE_ALARMS.inc(len(lost))
    log.error("%s evidence files are lost or altered; run titan verify", len(lost))
    for problem in evidence_problems(Files(keys=lost[:MOST_OF_A_CODE]), lambda _done: None):
        if problem.kind is not None:
            raise_alarm(problem.kind, problem.code, problem.entity, problem.entity_id, problem.what, at=at)


def last_backup(folder: Path) -> datetime | None:
    """Return when the newest scheduled backup in `folder` was made, or None when there is none."""
    return max((moment for entry in folder.iterdir() if (moment := made_at(entry.name))), default=None)
