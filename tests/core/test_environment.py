"""What the environment may say, and what it is told when it cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from titan.config.environment import ConfigurationError, Environment, read_environment
from titan.evidence.location import S3Location


def read(home: Path, **environ: str) -> Environment:
    return read_environment({"TITAN_HOME": str(home), **environ})


def test_nothing_set_is_safe(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.database["ENGINE"].endswith("sqlite3")
    assert found.database["NAME"] == str(tmp_path / "titan.sqlite3")
    assert found.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert (found.timezone, found.https, found.trusted_origins) == (None, False, [])
    assert found.evidence_dir == tmp_path / "evidence"
    assert found.storage is None
    pragmas = found.database["OPTIONS"]["init_command"]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "foreign_keys=ON"):
        assert pragma in pragmas
    assert found.database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = read(tmp_path).secret_key
    assert len(key) >= 50
    assert read(tmp_path).secret_key == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.key"]
    assert read(tmp_path, TITAN_SECRET_KEY="x" * 32).secret_key == "x" * 32


def test_two_first_starts_agree_on_one_key(tmp_path: Path) -> None:
    code = "from titan.config.environment import read_environment as r; print(r().secret_key)"
    environ = {**os.environ, "TITAN_HOME": str(tmp_path / "home")}
    starts = [subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({start.communicate()[0] for start in starts}) == 1


def test_values_are_taken(tmp_path: Path) -> None:
    found = read(
        tmp_path / "new" / "home",
        TITAN_DATABASE_URL="postgresql://titan:p%40ss@db.example:5433/titan",
        TITAN_TIMEZONE="Asia/Baku",
        TITAN_ALLOWED_HOSTS="titan.example, www.titan.example ,",
        TITAN_TRUSTED_ORIGINS="https://titan.example",
        TITAN_HTTPS="1",
        TITAN_REQUIRE_MFA="super_admin, AUDITOR",
    )
    assert (tmp_path / "new" / "home").is_dir()
    assert found.second_factor_roles == {"SUPER_ADMIN", "AUDITOR"}
    database = found.database
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "titan")
    assert (database["USER"], database["PASSWORD"]) == ("titan", "p@ss")
    assert database["ENGINE"].endswith("postgresql")
    assert found.timezone is not None
    assert found.timezone.key == "Asia/Baku"
    assert found.allowed_hosts == ["titan.example", "www.titan.example"]
    assert found.https is True


def test_what_the_url_of_postgresql_sets_comes_after_our_own_and_wins(tmp_path: Path) -> None:
    url = "postgresql://titan@db.example/titan?options=-c%20jit%3Don&sslmode=require"
    options = read(tmp_path, TITAN_DATABASE_URL=url).database["OPTIONS"]
    assert options["options"].split("-c ")[1:] == ["jit=off ", "max_parallel_workers_per_gather=0 ", "jit=on"]
    assert options["sslmode"] == "require"


def test_sqlite_may_lie_elsewhere(tmp_path: Path) -> None:
    found = read(tmp_path, TITAN_DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3")
    assert found.database["NAME"] == f"{tmp_path}/other.sqlite3"
    assert "recursive_triggers" in found.database["OPTIONS"]["init_command"]


def test_the_address_outside_is_taken_without_its_last_slash(tmp_path: Path) -> None:
    assert read(tmp_path).public_url == ""
    assert (
        read(tmp_path, TITAN_PUBLIC_URL="https://titan.example/training/").public_url
        == "https://titan.example/training"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TITAN_DATABASE_URL", "mysql://localhost/titan"),
        ("TITAN_DATABASE_URL", "titan.db"),
        ("TITAN_DATABASE_URL", "oracle:x"),
        ("TITAN_TIMEZONE", "Baku"),
        ("TITAN_TIMEZONE", "+04:00"),
        ("TITAN_SECRET_KEY", "short"),
        ("TITAN_TRUSTED_ORIGINS", "titan.example"),
        ("TITAN_TRUSTED_ORIGINS", "https://a.example,ftp://b.example"),
        ("TITAN_HTTPS", "maybe"),
        ("TITAN_LOG_FORMAT", "xml"),
        ("TITAN_LOG_LEVEL", "loud"),
        ("TITAN_METRICS_TOKEN", "short"),
        ("TITAN_PUBLIC_URL", "titan.example"),
        ("TITAN_PUBLIC_URL", "ftp://titan.example"),
        ("TITAN_PUBLIC_URL", "https://"),
        ("TITAN_PUBLIC_URL", "https://me:secret@titan.example"),
        ("TITAN_PUBLIC_URL", "https://titan.example/?a=b"),
        ("TITAN_BACKUP_DIR", "/no/such/folder"),
        ("TITAN_BACKUP_KEEP", "7"),
        ("TITAN_BACKUP_KEEP", "0,4,12"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, **{name: value})
    assert str(refused.value).startswith(f"{name}:")
    assert len(str(refused.value)) > len(name) + 20


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="TITAN_HOME"):
        read(tmp_path / "file" / "home")


def test_a_secret_is_not_shown_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, TITAN_SECRET_KEY="hunter2")
    assert "hunter2" not in str(refused.value)


def test_evidence_may_lie_in_a_bucket(tmp_path: Path) -> None:
    assert read(tmp_path, TITAN_STORAGE_URL="s3://evidence").storage == S3Location(
        bucket="evidence",
        prefix="",
        endpoint=None,
        region="us-east-1",
        lock_mode=None,
        retain_days=0,
        path_style=False,
    )
    url = (
        "s3://site-a.evidence/titan/proof/?endpoint=https%3A%2F%2Fs3.example%3A9000&region=eu-central-1"
        "&object_lock=compliance&retain_days=3650&addressing=virtual"
    )
    assert read(tmp_path, TITAN_STORAGE_URL=url).storage == S3Location(
        bucket="site-a.evidence",
        prefix="titan/proof",
        endpoint="https://s3.example:9000",
        region="eu-central-1",
        lock_mode="COMPLIANCE",
        retain_days=3650,
        path_style=False,
    )
    plain = read(tmp_path, TITAN_STORAGE_URL="s3://evidence?endpoint=http://127.0.0.1:8333", AWS_REGION="me-south-1")
    assert plain.storage is not None
    assert (plain.storage.path_style, plain.storage.region) == (True, "me-south-1")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://s3.example/bucket", "s3://"),
        ("evidence", "s3://"),
        ("s3:///prefix", "bucket"),
        ("s3://Evidence", "bucket"),
        ("s3://me:hunter2@evidence", "AWS_ACCESS_KEY_ID"),
        ("s3://evidence/a//b", "prefix"),
        ("s3://evidence/../b", "prefix"),
        ("s3://evidence?secret_key=hunter2", "secret_key"),
        ("s3://evidence?region=a&region=b", "twice"),
        ("s3://evidence?region=a b", "region"),
        ("s3://evidence?endpoint=s3.example", "endpoint"),
        ("s3://evidence?endpoint=https://me:hunter2@s3.example", "endpoint"),
        ("s3://evidence?endpoint=https://s3.example:port", "endpoint"),
        ("s3://evidence?object_lock=governance", "retain_days"),
        ("s3://evidence?object_lock=hold&retain_days=1", "governance or compliance"),
        ("s3://evidence?retain_days=30", "object_lock"),
        ("s3://evidence?object_lock=governance&retain_days=0", "retain_days"),
        ("s3://evidence?object_lock=governance&retain_days=forever", "retain_days"),
        ("s3://evidence?addressing=dns", "addressing"),
        ("s3://[evidence", "URL"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_named_and_no_secret_is(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^TITAN_STORAGE_URL: ") as refused:
        read(tmp_path, TITAN_STORAGE_URL=url)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_bucket_needs_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("titan.config.environment.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"Install titan-training\[s3\]"):
        read(tmp_path, TITAN_STORAGE_URL="s3://evidence")
    assert read(tmp_path).storage is None
