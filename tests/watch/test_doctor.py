"""`titan doctor`: what is wrong is found and named with what to do."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests import cast
from titan.audit.models import AuditEvent
from titan.backup.rotation import name_of
from titan.compliance.models import SweptDay
from titan.core.clock import now
from titan.core.models import NightlyJob
from titan.core.settings import current
from titan.watch.doctor import BACKUP_AGE, Level, examine

pytestmark = pytest.mark.django_db

EMPTY = SimpleNamespace(total=10**12, used=0, free=10**12)


def troubles() -> str:
    """Return what is not as it should be, a line each."""
    return "\n".join(f"{one.level} {one.what} > {one.advice}" for one in examine(at=now()) if one.level is not Level.OK)


@pytest.fixture
def backups(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with nothing wrong: swept, backed up; returns the folder of its backups."""
    cast.make_site()
    SweptDay.objects.update_or_create(id=1, defaults={"day": current().today(now())})
    Path(settings.TITAN_HOME).chmod(0o750)
    settings.TITAN_BACKUP_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["localhost"]
    # How full the disk of the tests is says nothing of the doctor.
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: EMPTY)
    (tmp_path / name_of(now())).touch()
    return tmp_path


def test_all_is_well(backups: Path) -> None:
    assert troubles() in {
        "",
        "look backups lie on the disk of the site itself > Take them to another disk, or copy them away.",
    }


def test_verdicts_behind_and_a_failing_job(backups: Path) -> None:
    SweptDay.objects.update(day=current().today(now()) - timedelta(days=2))
    NightlyJob.objects.create(name="make a backup", tries=3, free_from=now(), error="OSError")
    said = troubles()
    assert "look verdicts are 2 days behind > titan sweep" in said
    assert "wrong the nightly job “make a backup” failed (OSError, 3 tries)" in said


def test_an_old_backup(backups: Path) -> None:
    (backups / name_of(now())).unlink(missing_ok=True)
    for entry in backups.iterdir():
        entry.unlink()
    assert "wrong there is no backup yet" in troubles()
    (backups / name_of(now() - BACKUP_AGE - timedelta(minutes=1))).touch()
    assert "wrong the last backup is of" in troubles()


def test_no_backups_at_all(backups: Path, settings: Any) -> None:
    settings.TITAN_BACKUP_DIR = None
    assert "look no backup is made every night > Set TITAN_BACKUP_DIR" in troubles()


def test_a_missing_guard(backups: Path) -> None:
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute(
            "DROP TRIGGER " + ("record_immutable_update" if sqlite else "record_immutable ON records_trainingrecord")
        )
    assert "wrong guards are missing or altered: record_immutable > titan verify" in troubles()


def test_a_clock_that_is_behind(backups: Path) -> None:
    AuditEvent.objects.create(
        at=now() + timedelta(hours=3),
        action="course.created",
        entity="course",
        entity_id="1",
        actor_role="SYSTEM",
        via="SYSTEM",
    )
    assert "wrong the audit log's last event is" in troubles()


def test_a_store_that_cannot_be_written(backups: Path, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.TITAN_EVIDENCE_DIR = tmp_path / "file" / "evidence"
    assert "wrong The evidence store cannot be used" in troubles()


def test_doors_left_open(backups: Path, settings: Any) -> None:
    home = Path(settings.TITAN_HOME)
    home.chmod(0o755)
    key = home / "secret.key"
    os.chmod(key, 0o644)
    settings.ALLOWED_HOSTS = ["titan.example"]
    settings.SESSION_COOKIE_SECURE = False
    try:
        said = troubles()
    finally:
        os.chmod(key, 0o600)
        home.chmod(0o750)
    assert f"look everybody on this machine may look into {home} > chmod o-rwx {home}" in said
    assert f"wrong others may read {key}" in said
    assert "look titan.example is served without HTTPS" in said
