"""Titan's own settings with what tests need: a fast hasher, and on SQLite a test database that is a file.

tests/databases.py has chosen the home and the database before.
"""

from __future__ import annotations

from titan.config.settings import *  # noqa: F403
from titan.config.settings import DATABASES, MIDDLEWARE, TITAN_HOME

MIDDLEWARE = [
    "tests.browser.timing.server_timing",
    *("tests.static_files.FoundOnce" if "WhiteNoise" in name else name for name in MIDDLEWARE),
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Django would test in memory, where no other process could join.
    DATABASES["default"]["TEST"] = {"NAME": str(TITAN_HOME / "test.sqlite3")}
