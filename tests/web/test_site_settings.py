"""The settings page: for super admins, with what a new warning period does before it is saved."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.urls import reverse

from tests import cast
from tests.training.acting import settle
from tests.web.classes import client_of
from tests.web.forms import form_in
from titan.audit.models import AuditEvent
from titan.compliance.queries.summary import site_counts
from titan.core import settings
from titan.core.actor import Role

ADDRESS = "/settings"


def filled(client: Any, **changes: str) -> dict[str, str]:
    """Return the form as a browser would send it, with these changes."""
    page = client.get(ADDRESS).content.decode()
    return {**form_in(page, ADDRESS), **changes}


@pytest.fixture
def chief(now: datetime) -> Any:
    return client_of(Role.SUPER_ADMIN)


@pytest.mark.parametrize("role", [Role.HSE_ADMIN, Role.AUDITOR, Role.TRAINER, Role.ASSESSOR])
def test_it_is_for_super_admins(now: datetime, role: Role) -> None:
    client = client_of(role)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, {"name": "Mine"}).status_code == 403
    assert reverse("site_settings") not in client.get(reverse("account")).content.decode()


def test_what_is_changed_is_saved(chief: Any) -> None:
    changes = {
        "name": "Gas Terminal",
        "work_starts": "07:30",
        "languages": "EN, tr az",
        "paper_languages": "tr",
        "second_paper_language": "en",
    }
    assert chief.post(ADDRESS, filled(chief, **changes)).status_code == 302
    site = settings.current()
    assert (site.name, site.work_starts, site.languages) == ("Gas Terminal", time(7, 30), ("en", "tr", "az"))
    assert (site.paper_languages, site.timezone, site.warning_days) == (("tr", "en"), "Asia/Baku", 30)
    event = AuditEvent.objects.get(action="site_settings.updated")
    assert set(event.after or {}) == {"name", "work_starts", "languages", "paper_languages"}
    page = chief.get(ADDRESS).content.decode()
    assert '<option value="tr" selected>Türkçe' in page
    assert "paper languages" in client_of(Role.AUDITOR).get(reverse("audit")).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"warning_days": "366"}, "warning_days"),
        ({"warning_days": ""}, "warning_days"),
        ({"work_ends": "25:00"}, "work_ends"),
        ({"break_ends": "07:00"}, "work_starts"),
        ({"languages": "tr"}, "languages"),
        ({"languages": "en, turkish"}, "languages"),
        ({"paper_languages": "en", "second_paper_language": "en"}, "paper_languages"),
        ({"second_paper_language": "en"}, "paper_languages"),
        ({"paper_languages": "xx"}, "paper_languages"),
    ],
)
def test_what_is_wrong_stands_at_its_field(chief: Any, changes: dict[str, str], field: str) -> None:
    before = settings.current()
    answer = chief.post(ADDRESS, filled(chief, **changes))
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.content.decode()
    assert settings.current() == before


def test_a_new_warning_period_shows_what_it_does_before_it_is_saved(chief: Any) -> None:
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    for day in (10, 20, 28):
        worker = cast.make_worker(role=role)
        cast.make_record(worker, course, completed_on=date(2026, 1, 5), expires_on=date(2026, 12, day))
    settle()
    stood = site_counts()
    assert (stood["EXPIRING"], stood["COMPLIANT"]) == (2, 1)
    sent = filled(chief, warning_days="60", name="Terminal")
    page = chief.post(ADDRESS, sent).content.decode()
    assert "With 60 days the site would stand like this" in page
    assert "2 → <b>3</b> Yellow" in page
    assert "1 → <b>0</b> Green" in page
    assert (settings.current().warning_days, settings.current().name) == (30, "Test site")
    assert site_counts() == stood
    # What was shown is what is saved: another number is shown first again.
    assert "With 5 days" in chief.post(ADDRESS, {**sent, "warning_days": "5", "shown": "60"}).content.decode()
    assert chief.post(ADDRESS, {**sent, "shown": "60"}).status_code == 302
    assert (settings.current().warning_days, settings.current().name) == (60, "Terminal")
    assert site_counts()["EXPIRING"] == 3


def test_two_editors_lose_nothing(chief: Any, at: datetime) -> None:
    sent = filled(chief, name="Mine", work_starts="07:00")
    by = cast.actor(Role.SUPER_ADMIN, user_id=cast.make_user(Role.SUPER_ADMIN, name="Leyla").pk)
    settings.update_settings({"name": "Theirs", "break_ends": time(13, 30)}, by=by, at=at)
    answer = chief.post(ADDRESS, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Leyla changed this at the same time" in page
    assert "theirs is: Theirs" in page
    again = form_in(page, ADDRESS)
    assert (again["name"], again["work_starts"], again["break_ends"]) == ("Mine", "07:00", "13:30")
    assert chief.post(ADDRESS, again).status_code == 302
    assert (settings.current().name, settings.current().break_ends) == ("Mine", time(13, 30))
