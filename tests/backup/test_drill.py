"""The restore drill: what was backed up while people worked comes back whole, elsewhere, and verifies."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Home, Server, make_home
from tests.exchange.folders import write
from titan.backup.archive import check_archive, open_archive
from titan.backup.database import LEFT_OUT
from titan.core.errors import Invalid

pytestmark = pytest.mark.own_database

COUNTED = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"""
# What a restore adds, or leaves out on purpose.
DIFFERS = {"audit_auditevent", "ledger_verification", "django_migrations", "sqlite_sequence", *LEFT_OUT}


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[Home]:
    """A home with a site that has evidence, and a login with a token."""
    place = tmp_path_factory.mktemp("drill")
    home = make_home(place / f"drill_{place.name}")
    done = home.titan("load", str(write(place / "site")))
    assert done.returncode == 0, done.stderr
    assert home.titan("user", "create", "admin@site.example", "--role", "HSE_ADMIN").returncode == 0
    yield home
    for server in home.servers:
        if server.process.poll() is None:
            server.stop()


def elsewhere(site: Home, name: str, *, with_key: bool = True) -> Home:
    """Return an empty home on another machine. with_key: the ledger's key was brought along, as it should be."""
    home = make_home(site.folder.with_name(f"{site.folder.name}_{name}"))
    if with_key:
        (home.folder / "keys").mkdir(mode=0o700, parents=True)
        shutil.copy(site.folder / "keys" / "ledger.key", home.folder / "keys" / "ledger.key")
    return home


def contents(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    sqlite = "TITAN_DATABASE_URL" not in home.environment
    tables = home.rows("SELECT name FROM sqlite_master WHERE type = 'table'" if sqlite else COUNTED)
    return {
        table: sorted(home.rows(f'SELECT * FROM "{table}"'), key=repr) for (table,) in tables if table not in DIFFERS
    }


class Clerk(threading.Thread):
    """Makes companies through the API, until told to stop."""

    def __init__(self, server: Server, token: str) -> None:
        super().__init__()
        self.server, self.token, self.made, self.enough = server, token, 0, threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            code = f"C-{self.made}"
            urllib.request.urlopen(
                urllib.request.Request(
                    f"http://127.0.0.1:{self.server.port}/api/v1/companies",
                    data=json.dumps({"code": code, "name": f"Ə \\N {code}"}).encode(),
                    headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
                ),
                timeout=60,
            ).close()
            self.made += 1


def test_a_backup_made_while_serving_is_restored_and_verified(site: Home, tmp_path: Path) -> None:
    token = site.titan("token", "create", "admin@site.example", "--name", "clerk").stdout.split()[-1]
    clerk = Clerk(site.serve(), token)
    clerk.start()
    try:
        done = site.titan("backup", str(tmp_path / "site.tar"))
    finally:
        clerk.enough.set()
        clerk.join()
    assert done.returncode == 0, done.stderr
    assert "read back and whole" in done.stdout
    assert (tmp_path / "site.tar").stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".site*"))

    restored = elsewhere(site, "busy")
    back = restored.titan("restore", str(tmp_path / "site.tar"))
    assert back.returncode == 0, back.stdout + back.stderr
    assert "All is as it must be" in back.stdout
    companies = "SELECT code FROM personnel_company WHERE code LIKE 'C-%' ORDER BY id"
    found = [code for (code,) in restored.rows(companies)]
    assert found == [f"C-{number}" for number in range(len(found))]
    assert len(found) <= clerk.made


def test_a_restored_site_is_the_same_row_by_row_and_goes_on(site: Home, tmp_path: Path) -> None:
    for server in site.servers:
        if server.process.poll() is None:
            server.stop()
    assert site.titan("backup", str(tmp_path / "site.tar")).returncode == 0
    restored = elsewhere(site, "same")
    assert restored.titan("restore", str(tmp_path / "site.tar")).returncode == 0
    assert contents(restored) == contents(site)
    (event,) = restored.rows("SELECT action FROM audit_auditevent ORDER BY id DESC LIMIT 1")
    assert event == ("site.restored",)
    before = restored.rows("SELECT MAX(id) FROM accounts_user")
    assert restored.titan("user", "create", "new@site.example", "--role", "AUDITOR").returncode == 0
    assert restored.rows("SELECT MAX(id) FROM accounts_user") > before
    assert restored.titan("guards").returncode == 0


def test_without_the_ledgers_key_nothing_is_finalized_until_a_new_one_is_announced(site: Home, whole: bytes) -> None:
    restored = elsewhere(site, "keyless", with_key=False)
    path = restored.folder.with_suffix(".tar")
    path.write_bytes(whole)
    restored.titan("restore", str(path))
    told = restored.titan("ledger", "status")
    assert told.returncode == 1
    assert "LEDGER_KEY_UNKNOWN" in told.stdout
    assert not (restored.folder / "keys" / "ledger.key").exists(), "no new key signs unannounced"
    assert restored.titan("ledger", "rotate-key").returncode == 0
    assert restored.titan("ledger", "status").returncode == 0


def test_the_key_brought_along_later_ends_the_alarm(site: Home, whole: bytes) -> None:
    restored = elsewhere(site, "late_key", with_key=False)
    path = restored.folder.with_suffix(".tar")
    path.write_bytes(whole)
    restored.titan("restore", str(path))
    (restored.folder / "keys").mkdir(exist_ok=True)
    shutil.copy(site.folder / "keys" / "ledger.key", restored.folder / "keys" / "ledger.key")
    assert restored.titan("ledger", "status").returncode == 0


def test_nothing_is_overwritten(site: Home, tmp_path: Path) -> None:
    path = tmp_path / "site.tar"
    path.write_bytes(b"something else")
    refused = site.titan("backup", str(path))
    assert refused.returncode == 1
    assert "exists already and is not overwritten" in refused.stderr
    assert path.read_bytes() == b"something else"
    path.unlink()
    assert site.titan("backup", str(path)).returncode == 0
    before = contents(site)
    refused = site.titan("restore", str(path))
    assert refused.returncode == 1
    assert "holds data already" in refused.stderr
    assert contents(site) == before


def test_a_catalogue_alone_is_work_as_well(site: Home, whole: bytes, tmp_path: Path) -> None:
    path, begun = tmp_path / "site.tar", elsewhere(site, "begun")
    path.write_bytes(whole)
    assert begun.titan("sweep").returncode == 0
    begun.sql("INSERT INTO personnel_company (code, name, search_key) VALUES ('OURS', 'Ours', 'ours')")
    before = contents(begun)
    refused = begun.titan("restore", str(path))
    assert refused.returncode == 1
    assert "holds data already" in refused.stderr
    assert contents(begun) == before


@pytest.fixture(scope="module")
def whole(site: Home, tmp_path_factory: Any) -> bytes:
    """The bytes of a backup."""
    path = tmp_path_factory.mktemp("whole") / "site.tar"
    assert site.titan("backup", str(path)).returncode == 0
    return path.read_bytes()


def test_a_damaged_backup_changes_nothing(site: Home, whole: bytes, tmp_path: Path) -> None:
    path, restored = tmp_path / "site.tar", elsewhere(site, "damaged")
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    path.write_bytes(flipped)
    refused = restored.titan("restore", str(path))
    assert refused.returncode == 1
    assert "This backup cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(restored.folder.glob("evidence/sha256/*/*/*"))
    path.write_bytes(whole)
    assert restored.titan("restore", str(path)).returncode == 0, "the place is still empty"


def test_every_damage_is_noticed(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "site.tar"
    path.write_bytes(whole)
    sound = bytes_of(path)
    manifest = whole.rindex(b"manifest.json")
    damaged = [whole[: manifest * part // 4] for part in range(5)] + [whole[: manifest + 600]]
    damaged += [b"PK\x03\x04 no backup at all" * 100, whole.replace(b"titan-backup-1", b"titan-backup-9")]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(Invalid, match="This backup cannot be used"):
            check_archive(path)
    noticed = 0
    for at in range(600, len(whole), 997):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            check_archive(path)
        except Invalid:
            noticed += 1
        else:
            assert bytes_of(path) == sound, "only what fills up a block may change unnoticed"
    assert noticed > 10
    with pytest.raises(Invalid, match="There is no file"):
        check_archive(tmp_path / "none.tar")


def bytes_of(path: Path) -> dict[str, bytes]:
    with open_archive(path) as reader:
        return {member.name: content.read() for member, content in reader.members()}


def test_lost_evidence_is_named_and_the_rest_is_kept(site: Home, tmp_path: Path) -> None:
    (key,) = site.rows("SELECT key FROM evidence_evidencefile LIMIT 1")[0]
    kept = site.folder / "evidence" / key
    moved = kept.rename(tmp_path / "moved")
    try:
        done = site.titan("backup", str(tmp_path / "site.tar"))
    finally:
        moved.rename(kept)
    assert done.returncode == 1
    assert f"evidence {key} is lost or altered" in done.stderr
    assert check_archive(tmp_path / "site.tar").lost == [key]
    back = elsewhere(site, "lost").titan("restore", str(tmp_path / "site.tar"))
    assert back.returncode == 1
    assert key in back.stderr


def test_the_nightly_backup_tells_everybody_of_lost_evidence(site: Home, tmp_path: Path) -> None:
    key, number = site.rows("SELECT key, MIN(id) FROM evidence_evidencefile GROUP BY key ORDER BY key")[0]
    kept = site.folder / "evidence" / key
    moved = kept.rename(tmp_path / "moved")
    backups = tmp_path / "backups"
    backups.mkdir()
    site.sql("UPDATE core_nightlyjob SET night = NULL WHERE name = 'make a backup'")
    try:
        assert site.titan("worker", "--once", TITAN_BACKUP_DIR=str(backups)).returncode == 0
    finally:
        moved.rename(kept)
    alarms = site.rows("SELECT kind, code, entity, entity_id FROM ledger_alarm WHERE resolved_at IS NULL")
    assert alarms == [("EVIDENCE", "MISSING", "evidence", number)]
    assert site.titan("verify").returncode == 0
    assert site.rows("SELECT COUNT(*) FROM ledger_alarm WHERE resolved_at IS NULL") == [(0,)]


def test_the_nightly_backup_rotates(site: Home, tmp_path: Path) -> None:
    old = ["titan-20240101T000100Z.tar", "titan-20240102T000100Z.tar", "notes.txt"]
    for name in old:
        (tmp_path / name).write_text("old")
    site.sql("UPDATE core_nightlyjob SET night = NULL WHERE name = 'make a backup'")
    done = site.titan("worker", "--once", TITAN_BACKUP_DIR=str(tmp_path), TITAN_BACKUP_KEEP="1,0,0")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert "notes.txt" in names
    (made,) = [name for name in names if name != "notes.txt"]
    assert made not in old
    assert check_archive(tmp_path / made).evidence
