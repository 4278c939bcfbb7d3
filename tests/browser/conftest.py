"""A real headless Chromium against the real application on a database file; on SQLite alone, the faces are the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, expect, sync_playwright

from tests import cast
from tests.browser.chromium import MISSING, chromium, launched
from tests.browser.timing import nobody_is_answered
from tests.browser.visitor import Visitor
from tests.waiting import until
from titan.cli.serving import application
from titan.core.actor import Role

HERE = Path(__file__).parent
# Playwright runs an event loop in the main thread, which asks nothing of the database itself.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=cast.AT.tzinfo)

Enter = Callable[..., Visitor]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--db") == "sqlite":
        return
    ours = [item for item in items if HERE in item.path.parents]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def server_is_warm() -> None:
    """The application is as ready as `titan serve` makes it before it answers."""
    application()


@pytest.fixture(scope="session")
def browser(server_is_warm: None) -> Iterator[Browser]:
    """Chromium, started once."""
    if chromium() is None:
        # Whoever tries Titan has no browser to install; what guards main has one (.ci/run).
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    # How long to wait for what must come; a busy machine is slow, not wrong.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()


@pytest.fixture
def clock(transactional_db: None) -> Iterator[Any]:
    """The product's clock: it is Monday, 08:30 on the site, and goes on; `move_to` and `shift` turn it."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def place(clock: Any) -> Any:
    """The site, set up."""
    return cast.make_site(MONDAY)


@pytest.fixture
def enter(browser: Browser, live_server: Any, place: Any) -> Iterator[Enter]:
    """Let somebody in: `enter(Role.TRAINER)` (or a login) opens a window for a new login of that role, signed in."""
    inside: list[Visitor] = []

    def enter(who: Any = Role.HSE_ADMIN, **options: Any) -> Visitor:
        user = cast.make_user(who) if isinstance(who, Role) else who
        inside.append(Visitor(browser, live_server.url, user, **options))
        return inside[-1]

    yield enter
    for visitor in inside:
        visitor.context.close()
    # What they asked last would otherwise be written into the database of the next test.
    until(nobody_is_answered)
    complaints = [complaint for visitor in inside for complaint in visitor.complaints]
    assert not complaints, "\n".join(complaints)
