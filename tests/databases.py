"""The option `--db sqlite|postgres`: both are real databases, and chosen before Django reads its settings.

A pytest plugin (pyproject.toml names it), because a conftest is read too late for that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer

_server: PostgresServer | None = None
_home: str | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database to test on: a SQLite file, or a PostgreSQL server started for this run",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    # A worker of pytest-xdist inherits the home and the server of the process that started it.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _start(early_config.known_args_namespace.db)
    try:
        return (yield)
    except BaseException:
        _stop()
        raise


def pytest_unconfigure() -> None:
    _stop()


def url_of_test_database() -> str:
    """Return the URL of the test database, once there is one, as another process needs it."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgresql://postgres@{settings['HOST'].replace('/', '%2F')}/{settings['NAME']}"


def _start(database: str) -> None:
    global _server, _home  # noqa: PLW0603 (one server and one home per process, by nature)
    for name in [name for name in os.environ if name.startswith("TITAN_")]:
        del os.environ[name]
    _home = tempfile.mkdtemp(prefix="titan-test-")
    os.environ["TITAN_HOME"] = _home
    os.environ["TITAN_DATABASE_URL"] = f"sqlite:///{Path(_home) / 'titan.sqlite3'}"
    if database == "postgres":
        _server = PostgresServer()
        _server.start()
        os.environ["TITAN_DATABASE_URL"] = _server.url()


def _stop() -> None:
    global _server, _home  # noqa: PLW0603
    if _server is not None:
        _server.stop()
        _server = None
    if _home is not None:
        shutil.rmtree(_home, ignore_errors=True)
        _home = None
