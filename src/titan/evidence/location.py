"""The address of a bucket for evidence, as TITAN_STORAGE_URL gives it: pure, no Django, never a credential."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import parse_qsl, urlsplit

EXAMPLE = "s3://bucket/prefix?endpoint=https://s3.example&region=eu-central-1"
KNOWN = frozenset({"endpoint", "region", "object_lock", "retain_days", "addressing"})
MAX_RETAIN_DAYS = 36_500

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# What every server takes in a key without escaping it.
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_REGION = re.compile(r"[a-z0-9-]+")

LockMode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True)
class S3Location:
    """A place in a bucket.

    prefix: what all keys begin with, or nothing. endpoint: the server's URL, or None for AWS. lock_mode, retain_days:
    object lock that every file gets when it is stored, and for how many days; None and 0 without. path_style: whether
    the bucket stands in the path of a URL (most servers) or in the host name (AWS).
    """

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    lock_mode: LockMode | None
    retain_days: int
    path_style: bool

    def name_of(self, key: str) -> str:
        """Return the name of the object that holds `key`."""
        return f"{self.prefix}/{key}" if self.prefix else key

    def key_of(self, name: str) -> str:
        """Return the key that the object `name` holds."""
        return name.removeprefix(f"{self.prefix}/") if self.prefix else name


def read_location(url: str, *, region: str = "") -> S3Location:
    """Return the place that `url` names; raise ValueError that says what is wrong without repeating secrets.

    region: taken when the URL names none.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(f"this is no URL. Give one such as {EXAMPLE}.") from None
    if "@" in parts.netloc:
        raise ValueError("a URL is no place for credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    if parts.scheme != "s3":
        raise ValueError(f"give a URL such as {EXAMPLE}, or leave it out to keep evidence in TITAN_HOME.")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError("the name of the bucket is missing or no name of a bucket (3 to 63 of a-z, 0-9, dot, hyphen).")
    prefix = parts.path.strip("/")
    if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
        raise ValueError("a prefix is made of letters, digits, dots, hyphens, underscores, and single slashes between.")
    given = _parameters(parts.query)
    endpoint = _endpoint(given.get("endpoint"))
    mode, days = _lock(given)
    return S3Location(
        bucket=parts.netloc,
        prefix=prefix,
        endpoint=endpoint,
        region=_region(given.get("region") or region or "us-east-1"),
        lock_mode=mode,
        retain_days=days,
        path_style=_path_style(given.get("addressing"), endpoint),
    )


def _parameters(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs):
        raise ValueError("a parameter is given twice.")
    # Only the names: whoever puts a secret here does not want to read it in a log.
    unknown = sorted(name for name in given if name not in KNOWN)
    if unknown:
        raise ValueError(f"there is no parameter {', '.join(unknown)}. There are: {', '.join(sorted(KNOWN))}.")
    return given


def _endpoint(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("endpoint: give the server's address with its scheme, such as https://s3.example:9000.")
    return text.rstrip("/")


def _region(text: str) -> str:
    if not _REGION.fullmatch(text):
        raise ValueError("region: give a name such as eu-central-1, or leave it out.")
    return text


def _lock(given: dict[str, str]) -> tuple[LockMode | None, int]:
    mode, days = given.get("object_lock", "").upper(), given.get("retain_days", "")
    if not mode and not days:
        return None, 0
    if mode not in {"GOVERNANCE", "COMPLIANCE"}:
        raise ValueError("object_lock: give governance or compliance, together with retain_days.")
    if not re.fullmatch("[0-9]{1,6}", days) or not 1 <= int(days) <= MAX_RETAIN_DAYS:
        raise ValueError(f"retain_days: give the days for which a stored file is locked, 1 to {MAX_RETAIN_DAYS}.")
    return cast(LockMode, mode), int(days)


def _path_style(text: str | None, endpoint: str | None) -> bool:
    if text is None:
        return endpoint is not None
    if text not in {"path", "virtual"}:
        raise ValueError("addressing: give path (the bucket in the path) or virtual (the bucket in the host name).")
    return text == "path"
