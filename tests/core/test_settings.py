"""The site's settings and their history (domain.md §2)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests import cast
from titan.audit.models import AuditEvent
from titan.core import settings
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid
from titan.core.models import SiteSettings

pytestmark = pytest.mark.django_db

CHIEF = cast.actor(Role.SUPER_ADMIN)


def test_a_new_database_has_defaults_and_says_so(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        site = settings.current()
    assert (site.is_set_up, site.timezone, site.warning_days) == (False, "UTC", 30)
    assert (site.work_starts, site.work_ends) == (time(8), time(17))
    assert (site.break_starts, site.break_ends) == (time(12), time(13))


def test_a_site_is_set_up_once_and_renamed(at: datetime) -> None:
    settings.set_up_site("Terminal", "Asia/Baku", by=CHIEF, at=at)
    assert (settings.current().name, settings.current().zone.key) == ("Terminal", "Asia/Baku")
    settings.set_up_site("Terminal", "Asia/Baku", by=CHIEF, at=at)
    assert SiteSettings.objects.count() == 1
    later = at + timedelta(days=1)
    settings.set_up_site("Gas Terminal", "Asia/Baku", by=CHIEF, at=later)
    assert list(SiteSettings.objects.order_by("pk").values_list("name", "until")) == [
        ("Terminal", later),
        ("Gas Terminal", None),
    ]
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "before", "after")) == [
        ("site_settings.updated", None, AuditEvent.objects.order_by("pk").first().after),  # type: ignore[union-attr]
        ("site_settings.updated", {"name": "Terminal"}, {"name": "Gas Terminal"}),
    ]


def test_the_zone_never_changes(site: Any, at: datetime) -> None:
    with pytest.raises(Conflict) as refused:
        settings.set_up_site("Test site", "Europe/Istanbul", by=CHIEF, at=at)
    assert refused.value.code == "TIMEZONE_DIFFERS"


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "asia/baku ", "GMT+4"])
def test_an_unknown_zone_is_refused(zone: str, at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        settings.set_up_site("X", zone, by=CHIEF, at=at)
    assert [error.code for error in refused.value.errors] == ["TIMEZONE_UNKNOWN"]
    assert not SiteSettings.objects.exists()


def test_changes_keep_what_was_true_before(site: Any, at: datetime) -> None:
    later = at + timedelta(days=3)
    after = settings.update_settings({"warning_days": 45, "work_starts": time(7)}, by=CHIEF, at=later)
    assert (after.warning_days, after.work_starts) == (45, time(7))
    assert settings.current() == after
    old, new = SiteSettings.objects.order_by("pk")
    assert (old.warning_days, old.until, new.warning_days, new.since, new.until) == (30, later, 45, later, None)


def test_changing_nothing_writes_nothing(site: Any, at: datetime) -> None:
    settings.update_settings({"warning_days": 30}, by=CHIEF, at=at)
    assert SiteSettings.objects.count() == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"warning_days": -1}, "warning_days"),
        ({"warning_days": 366}, "warning_days"),
        ({"work_starts": time(12, 30)}, "work_starts"),
        ({"break_ends": time(18)}, "work_starts"),
        ({"break_starts": time(14)}, "work_starts"),
        ({"name": "  "}, "name"),
        ({"languages": ()}, "languages"),
        ({"languages": ("tr",)}, "languages"),
    ],
)
def test_impossible_settings_are_refused(site: Any, at: datetime, changes: dict[str, Any], field: str) -> None:
    before = settings.current()
    with pytest.raises(Invalid) as refused:
        settings.update_settings(changes, by=CHIEF, at=at)
    assert [error.field for error in refused.value.errors] == [field]
    assert settings.current() == before


def test_everything_wrong_is_said_at_once(site: Any, at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        settings.update_settings({"warning_days": 999, "name": "", "work_ends": time(1)}, by=CHIEF, at=at)
    assert {error.field for error in refused.value.errors} == {"warning_days", "name", "work_starts"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPER_ADMIN])
def test_only_a_super_admin_changes_settings(site: Any, at: datetime, role: Role) -> None:
    with pytest.raises(Forbidden):
        settings.update_settings({"warning_days": 31}, by=cast.actor(role), at=at)
    with pytest.raises(Forbidden):
        settings.set_up_site("X", "Asia/Baku", by=cast.actor(role), at=at)
    assert SiteSettings.objects.count() == 1


def test_today_is_the_sites_day() -> None:
    baku, samoa = settings.Site(timezone="Asia/Baku"), settings.Site(timezone="Pacific/Apia")
    late = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    assert baku.today(late).isoformat() == "2026-11-23"
    assert baku.today(late - timedelta(minutes=31)).isoformat() == "2026-11-22"
    assert samoa.today(late).isoformat() == "2026-11-23"


@pytest.mark.parametrize("languages", [("tr",), ("en", "tr"), ("tr", "en"), ()])
def test_papers_have_one_language_or_two_or_the_readers(
    site: Any, at: datetime, languages: tuple[str, ...], django_assert_num_queries: Any
) -> None:
    settings.update_settings({"paper_languages": ("tr", "en")}, by=CHIEF, at=at)
    settings.update_settings({"paper_languages": languages}, by=CHIEF, at=at + timedelta(hours=1))
    with django_assert_num_queries(1):
        assert settings.current().paper_languages == languages


@pytest.mark.parametrize(
    ("languages", "code"),
    [
        (("en", "en"), "LANGUAGES_ALIKE"),
        (("en", "tr", "az"), "LANGUAGES_ALIKE"),
        (("az",), "LANGUAGE_UNKNOWN"),
        (("en", "<b>"), "LANGUAGE_UNKNOWN"),
    ],
)
def test_papers_are_in_languages_that_have_words(
    site: Any, at: datetime, languages: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        settings.update_settings({"paper_languages": languages}, by=CHIEF, at=at)
    assert [(error.field, error.code) for error in refused.value.errors] == [("paper_languages", code)]


@pytest.mark.parametrize(("first", "second"), [("", "tr"), ("tr", "tr")])
def test_the_database_knows_no_second_language_without_another_first(site: Any, first: str, second: str) -> None:
    SiteSettings.objects.update(until=cast.AT)
    values = {"name": "x", "timezone": "UTC", "since": cast.AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteSettings.objects.create(**values, paper_language=first, second_paper_language=second)


def test_a_title_has_a_language(site: Any, at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        settings.update_settings({"languages": ("en", "Turkish")}, by=CHIEF, at=at)
    assert [(error.field, error.code) for error in refused.value.errors] == [("languages", "LANGUAGE_UNKNOWN")]


def test_two_editors(site: Any, at: datetime) -> None:
    settings.update_settings({"name": "Theirs"}, by=CHIEF, at=at)
    with pytest.raises(Conflict) as refused:
        settings.update_settings({"name": "Mine"}, expected={"name": "Test site"}, by=CHIEF, at=at)
    assert refused.value.code == "STALE"
    settings.update_settings({"name": "Mine"}, expected={"name": "Theirs"}, by=CHIEF, at=at)
