"""Each page that can be opened is on the list of screens, so that somebody looks at it and axe does too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, resolve, reverse

from tests import cast
from tests.browser.screens import NOT_A_SCREEN, SCREENS, numbered
from titan.core.actor import Role
from titan.web.urls import urlpatterns


def route_of(page: str) -> str:
    """Return the address of the page with this name, as it is mounted; several names may have one."""
    return next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == page)


def shown_routes() -> set[str]:
    """Return the addresses of all pages that some screen shows."""
    paths = (numbered(screen.path) for screen in SCREENS)
    opened = {resolve(path).route for path in paths if not path.startswith("/no/")}
    return opened | {route_of(page) for screen in SCREENS for page in screen.shows}


def answers_to_get(client: Client, pattern: URLPattern) -> bool:
    """Tell whether the page can be opened at all; whom it lets in, and whether its things exist, is another matter."""
    assert pattern.name
    given: dict[str, Any] = dict.fromkeys(pattern.pattern.converters, 999_999)
    return client.get(reverse(pattern.name, kwargs=given)).status_code != 405


@pytest.mark.usefixtures("site")
def test_every_page_is_a_screen_or_says_why_not() -> None:
    client = Client()
    client.force_login(cast.make_user(Role.SUPER_ADMIN))
    opened = {str(pattern.pattern) for pattern in urlpatterns if answers_to_get(client, pattern)}
    shown, excused = shown_routes(), {route_of(page) for page in NOT_A_SCREEN}
    assert not opened - shown - excused, "Put them into tests/browser/screens.py."
    assert not shown & excused


def test_screens_have_names_of_their_own() -> None:
    names = [screen.name for screen in SCREENS]
    assert len(names) == len(set(names))
