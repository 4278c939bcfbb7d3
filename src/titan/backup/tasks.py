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
        EVIDENCE_ALARMS.inc(len(manifest.lost))
        log.error("%s evidence files are lost or altered; run titan verify", len(manifest.lost))
    days, weeks, months = settings.TITAN_BACKUP_KEEP
    for name in outdated((entry.name for entry in folder.iterdir()), days=days, weeks=weeks, months=months):
        (folder / name).unlink(missing_ok=True)


def last_backup(folder: Path) -> datetime | None:
    """Return when the newest scheduled backup in `folder` was made, or None when there is none."""
    return max((moment for entry in folder.iterdir() if (moment := made_at(entry.name))), default=None)
