"""What the environment says, read once and checked at start with messages that say what to do."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import dj_database_url

from titan.core.actor import Role
from titan.evidence.location import S3Location, read_location


class ConfigurationError(Exception):
    """A setting from the environment cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Environment:
    """Titan's configuration.

    home: folder of the embedded database, the evidence and the secret key.
    database: Django's settings of the one database.
    backup_dir: where a backup is put every night; None: nowhere.
    backup_keep: of how many days, weeks and months the last backup is kept.
    second_factor_roles: whose logins must have a second factor.
    metrics_token: what /metrics asks for; empty: it answers everybody.
    public_url: where people outside reach Titan, as papers print it; empty: where each request was sent to.
    timezone: the zone a new site gets, or None to take UTC until a site is loaded.
    evidence_dir: folder of the evidence, or of its drafts when storage names a bucket.
    ledger_key: the 32 bytes that sign the ledger, when the environment gives them itself.
    ledger_key_file: the file that holds them otherwise; made when it is first needed.
    """

    home: Path
    database: dict[str, Any]
    timezone: ZoneInfo | None
    secret_key: str
    allowed_hosts: list[str]
    trusted_origins: list[str]
    https: bool
    second_factor_roles: frozenset[str]
    evidence_dir: Path
    storage: S3Location | None
    log_format: str
    log_level: str
    metrics_token: str
    public_url: str
    backup_dir: Path | None
    backup_keep: tuple[int, int, int]
    ledger_key: bytes | None
    ledger_key_file: Path


def read_environment(environ: dict[str, str] | None = None) -> Environment:
    """Return the configuration; raise ConfigurationError for the first setting that cannot be used."""
    env = dict(os.environ if environ is None else environ)
    home = _home(env.get("TITAN_HOME", "").strip() or "./var")
    https = _flag(env, "TITAN_HTTPS")
    return Environment(
        home=home,
        database=_database(env.get("TITAN_DATABASE_URL", "").strip(), home),
        timezone=_timezone(env.get("TITAN_TIMEZONE", "").strip()),
        secret_key=_secret_key(env.get("TITAN_SECRET_KEY", ""), home),
        allowed_hosts=_list(env, "TITAN_ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"],
        trusted_origins=_origins(_list(env, "TITAN_TRUSTED_ORIGINS")),
        https=https,
        second_factor_roles=_roles(_list(env, "TITAN_REQUIRE_MFA")),
        evidence_dir=home / "evidence",
        storage=_storage(env),
        log_format=_choice(env, "TITAN_LOG_FORMAT", ("plain", "json")),
        log_level=_choice(env, "TITAN_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        metrics_token=_metrics_token(env.get("TITAN_METRICS_TOKEN", "").strip()),
        public_url=_public_url(env.get("TITAN_PUBLIC_URL", "").strip()),
        backup_dir=_backup_dir(env.get("TITAN_BACKUP_DIR", "").strip()),
        backup_keep=_backup_keep(env.get("TITAN_BACKUP_KEEP", "").strip() or "7,4,12"),
        ledger_key=_ledger_key(env.get("TITAN_LEDGER_KEY", "").strip()),
        ledger_key_file=Path(env.get("TITAN_LEDGER_KEY_FILE", "").strip() or home / "keys" / "ledger.key").absolute(),
    )


def _home(text: str) -> Path:
    home = Path(text).expanduser().absolute()
    try:
        # Who is trained for what is nobody else's business on this machine.
        home.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"TITAN_HOME: the folder {home} cannot be made ({error.strerror}). Name a folder you may write to."
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise ConfigurationError(f"TITAN_HOME: the folder {home} cannot be written to. Change its owner or mode.")
    return home


def _database(url: str, home: Path) -> dict[str, Any]:
    if not url:
        return _sqlite(str(home / "titan.sqlite3"))
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return _sqlite(str(dj_database_url.parse(url)["NAME"]))
    if scheme in {"postgres", "postgresql"}:
        return _postgres(url)
    raise ConfigurationError(
        "TITAN_DATABASE_URL: give sqlite:///path or postgresql://user:password@host:5432/name, "
        f"not a URL that begins with {scheme or 'nothing'!r}."
    )


def _postgres(url: str) -> dict[str, Any]:
    """Return the connection of a PostgreSQL URL; what its own `options` set comes last and wins."""
    given = dj_database_url.parse(url)
    options = dict(given.get("OPTIONS", {}))
    # Many short queries at once: starting helpers or a compiler for one takes longer than all its work.
    settings = "-c jit=off -c max_parallel_workers_per_gather=0"
    options["options"] = f"{settings} {options.get('options', '')}".strip()
    return {**given, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def _sqlite(name: str) -> dict[str, Any]:
    pragmas = (
        *("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON", "foreign_keys=ON", "temp_store=MEMORY"),
        # What somebody who was erased left behind is overwritten, not only marked as free.
        "secure_delete=ON",
        # After so many pages (32 MB) a commit moves the log into the database; at the usual 1000, one large class fills
        # it, and nearly every finalization pays for that.
        "wal_autocheckpoint=8000",
        # KiB that a connection keeps of the database; of the usual 2 MB, a large class writes more at once.
        "cache_size=-16000",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A writer that starts as a reader would fail at its first write instead of waiting for its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def _storage(env: dict[str, str]) -> S3Location | None:
    url = env.get("TITAN_STORAGE_URL", "").strip()
    if not url:
        return None
    region = env.get("AWS_REGION", "").strip() or env.get("AWS_DEFAULT_REGION", "").strip()
    try:
        location = read_location(url, region=region)
    except ValueError as error:
        raise ConfigurationError(f"TITAN_STORAGE_URL: {error}") from error
    if find_spec("boto3") is None:
        raise ConfigurationError(
            "TITAN_STORAGE_URL: the library for S3 is not installed. Install titan-training[s3], or leave it out."
        )
    return location


def _timezone(text: str) -> ZoneInfo | None:
    if not text:
        return None
    if text not in available_timezones():
        raise ConfigurationError(
            f"TITAN_TIMEZONE: {text!r} is no IANA time zone. Give a name such as Asia/Baku or Europe/Istanbul."
        )
    return ZoneInfo(text)


def _secret_key(text: str, home: Path) -> str:
    if text:
        if len(text) < 32:
            raise ConfigurationError("TITAN_SECRET_KEY: give at least 32 characters, or leave it out.")
        return text
    path = home / "secret.key"
    try:
        # Written beside and linked into place: two first starts at once agree on one key.
        draft = home / f".secret-{secrets.token_hex(8)}"
        if not path.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(
            f"TITAN_SECRET_KEY: {path} cannot be read or made ({error.strerror}). Set the variable or mend the file."
        ) from error


def _ledger_key(text: str) -> bytes | None:
    if not text:
        return None
    try:
        seed = base64.b64decode(text, validate=True)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise ConfigurationError(
            "TITAN_LEDGER_KEY: give 32 bytes in base64 (made by: openssl rand -base64 32), or leave it out to keep the "
            "key in a file."
        )
    return seed


def _list(env: dict[str, str], name: str) -> list[str]:
    return [part.strip() for part in env.get(name, "").split(",") if part.strip()]


def _origins(origins: list[str]) -> list[str]:
    for origin in origins:
        if urlsplit(origin).scheme not in {"http", "https"}:
            raise ConfigurationError(
                f"TITAN_TRUSTED_ORIGINS: {origin!r} needs its scheme, such as https://titan.example."
            )
    return origins


def _choice(env: dict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return the setting, by default the first of those `allowed`, whatever its case."""
    text = env.get(name, "").strip()
    if not text:
        return allowed[0]
    for known in allowed:
        if known.lower() == text.lower():
            return known
    raise ConfigurationError(f"{name}: give {', '.join(allowed[:-1])} or {allowed[-1]}, not {text!r}.")


def _metrics_token(text: str) -> str:
    if text and len(text) < 16:
        raise ConfigurationError("TITAN_METRICS_TOKEN: give at least 16 characters, or leave it out.")
    return text


def _public_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigurationError(
            f"TITAN_PUBLIC_URL: {text!r} is no address of a site; give one such as https://titan.example."
        )
    return text.rstrip("/")


def _backup_dir(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"TITAN_BACKUP_DIR: {folder} is no folder you may write to. Make it, best on a disk of its own."
        )
    return folder


def _backup_keep(text: str) -> tuple[int, int, int]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isdigit() and len(part) <= 4 for part in parts) or int(parts[0]) < 1:
        raise ConfigurationError(
            f"TITAN_BACKUP_KEEP: give how many days, weeks and months to keep, such as 7,4,12, not {text!r}."
        )
    days, weeks, months = map(int, parts)
    return days, weeks, months


def _roles(names: list[str]) -> frozenset[str]:
    roles = {name.upper() for name in names}
    for unknown in sorted(roles - set(Role)):
        raise ConfigurationError(f"TITAN_REQUIRE_MFA: {unknown!r} is no role. Give some of {', '.join(Role)}.")
    return frozenset(roles)


def _flag(env: dict[str, str], name: str) -> bool:
    text = env.get(name, "").strip().lower()
    if text in {"", "0", "no", "off", "false"}:
        return False
    if text in {"1", "yes", "on", "true"}:
        return True
    raise ConfigurationError(f"{name}: give 1 or 0, not {text!r}.")
