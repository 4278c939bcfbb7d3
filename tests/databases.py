"""The option `--db sqlite|postgres`: both are real databases, and chosen before Django reads its settings.

A pytest plugin (pyproject.toml names it), because a conftest is read too late for that.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer

# Room for the databases and files of a run, in bytes.
MEMORY = 4 * 1024**3
# A test that has one of these works on the database of the run.
ASKING = {"db", "transactional_db", "live_server"}

_server: PostgresServer | None = None
_home: str | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database to test on: a SQLite file, or a PostgreSQL server started for this run",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "own_database: makes databases of its own on the server of the run, so that it runs on both"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what asks no database to the run on SQLite, which `make test` never leaves out: once is enough."""
    if config.getoption("--db") == "sqlite":
        return
    pure = [item for item in items if not _needs_both(item)]
    if len(pure) == len(items):
        # Somebody asked for these alone.
        return
    config.hook.pytest_deselected(items=pure)
    items[:] = [item for item in items if _needs_both(item)]


def pytest_collection_finish() -> None:
    # What was loaded by now stays: looking through all of it again and again takes a tenth of a run.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Let each file of tests on PostgreSQL begin without what the one before left behind by rolling back."""
    answer = yield
    if _server is not None and nextitem is not None and nextitem.path != item.path and works_on_database(item):
        from tests.restore_postgres import sweep

        sweep()
    return answer


def works_on_database(item: pytest.Item) -> bool:
    """Say whether a test works on the database of the run."""
    return item.get_closest_marker("django_db") is not None or bool(ASKING & {*getattr(item, "fixturenames", ())})


def _needs_both(item: pytest.Item) -> bool:
    return works_on_database(item) or item.get_closest_marker("own_database") is not None


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
    # A hundred programs are started here: what the first one compiles, the others read.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for name in [name for name in os.environ if name.startswith("TITAN_")]:
        del os.environ[name]
    folder = _memory()
    if folder is not None:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    _home = tempfile.mkdtemp(prefix="titan-test-", dir=folder)
    os.environ["TITAN_HOME"] = _home
    os.environ["TITAN_DATABASE_URL"] = f"sqlite:///{Path(_home) / 'titan.sqlite3'}"
    if database == "postgres":
        _server = PostgresServer()
        _server.start()
        os.environ["TITAN_DATABASE_URL"] = _server.url()


def _memory() -> Path | None:
    """Return a folder in memory, if there is one with room.

    A test writes to its disk a thousand times and waits for each; what proves durability does not pull any plug here.
    """
    folder = Path("/dev/shm")  # noqa: S108 - what is made there has names of its own
    if not (folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= MEMORY):
        return None
    return folder


def _stop() -> None:
    global _server, _home  # noqa: PLW0603
    if _server is not None:
        _server.stop()
        _server = None
    if _home is not None:
        shutil.rmtree(_home, ignore_errors=True)
        _home = None
