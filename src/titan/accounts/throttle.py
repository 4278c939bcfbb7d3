"""Slows down guessing: counts failures (of tokens) and looks (at certificates) in files that all processes share.

A failure appends eight bytes to a file named after who failed; appending is atomic, so that no count is lost between
processes, and neither a database nor a cache server is needed.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

_STAMP = struct.Struct("<d")


@dataclass(frozen=True)
class Throttle:
    """At most `limit` failures of one key within `window` seconds; then a pause until the oldest has aged."""

    name: str
    limit: int
    window: int

    def wait(self, key: str, *, at: datetime) -> int:
        """Return for how many seconds `key` has to pause: 0 when it may try."""
        recent = self._recent(key, at)
        if len(recent) < self.limit:
            return 0
        return max(1, int(recent[-self.limit] + self.window - at.timestamp()) + 1)

    def failed(self, key: str, *, at: datetime) -> int:
        """Note a failure of `key` and return how many tries are left before the pause."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, _STAMP.pack(at.timestamp()))
        finally:
            os.close(descriptor)
        return max(0, self.limit - len(self._recent(key, at)))

    def forget(self, key: str) -> None:
        """Forget the failures of `key`, after it succeeded."""
        self._path(key).unlink(missing_ok=True)

    def _recent(self, key: str, at: datetime) -> list[float]:
        try:
            content = self._path(key).read_bytes()
        except FileNotFoundError:
            return []
        whole = content[: len(content) - len(content) % _STAMP.size]
        now = at.timestamp()
        return [stamp for (stamp,) in _STAMP.iter_unpack(whole) if now - self.window < stamp <= now]

    def _path(self, key: str) -> Path:
        return folder() / f"{self.name}-{hashlib.sha256(key.encode()).hexdigest()}"


TOKENS = Throttle("token", limit=20, window=60)
CERTIFICATES = Throttle("certificate", limit=60, window=60)
"""Looks at the public pages of certificates: every look counts, so that known and unknown ones are alike."""
CALENDARS = Throttle("calendar", limit=240, window=60)
"""Looks at calendar feeds: every look counts. A whole office, and a calendar service on the net, has one address."""


def folder() -> Path:
    """Return the folder of the counts."""
    return Path(settings.TITAN_HOME) / "throttle"


def purge(*, at: datetime) -> int:
    """Remove counts that nothing was added to for longer than any window; return how many. For the nightly sweep."""
    oldest = at.timestamp() - max(one.window for one in (TOKENS, CERTIFICATES, CALENDARS))
    gone = 0
    for path in folder().glob("*-*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def client_address(meta: Mapping[str, str]) -> str:
    """Return the address a request came from; behind our own TLS proxy, the one that the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = meta.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return meta.get("REMOTE_ADDR", "")
