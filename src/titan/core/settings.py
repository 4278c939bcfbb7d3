"""The site's settings: read the current ones, change them with their history kept (domain.md §2)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection

from titan.core.actor import Actor, Role
from titan.core.clock import site_date
from titan.core.command import EVERYONE, command, nothing_changed, say, touch
from titan.core.errors import Conflict, FieldError, Invalid
from titan.core.expected import need_expected
from titan.core.given import is_language
from titan.core.language import _, languages_with_words
from titan.core.models import SiteSettings
from titan.core.permit import need_role


@dataclass(frozen=True)
class Site:
    """The settings of the site as values.

    paper_languages: one, or two that stand side by side; none is the language of whoever prints.
    """

    name: str = "New site"
    timezone: str = "UTC"
    warning_days: int = 30
    work_starts: time = time(8)
    work_ends: time = time(17)
    break_starts: time = time(12)
    break_ends: time = time(13)
    languages: tuple[str, ...] = ("en", "tr")
    paper_languages: tuple[str, ...] = ()
    is_set_up: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return _zone(self.timezone)

    def today(self, at: datetime) -> date:
        """Return the site's calendar day at the moment `at`."""
        return site_date(at, self.zone)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


VALUES = (
    "name",
    "timezone",
    "warning_days",
    "work_starts",
    "work_ends",
    "break_starts",
    "break_ends",
    "languages",
    "paper_languages",
)
_PAPER = ("paper_language", "second_paper_language")
_COLUMNS = (*VALUES[:-1], *_PAPER)


# Written out: every request and every command asks this, and building it anew takes longer than running it.
_CURRENT = f"SELECT {', '.join(_COLUMNS)} FROM {SiteSettings._meta.db_table} WHERE until IS NULL"


def current() -> Site:
    """Return the site's settings (one statement); defaults, marked as not set up, before a site was made."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT)
        row = cursor.fetchone()
    if row is None:
        return Site(is_set_up=False)
    site = dict(zip(_COLUMNS, row, strict=True))
    site["paper_languages"] = tuple(one for name in _PAPER if (one := site.pop(name)))
    hours = {name: _time(site[name]) for name in ("work_starts", "work_ends", "break_starts", "break_ends")}
    return Site(**{**site, **hours, "languages": tuple(json.loads(site["languages"]))})


def _time(value: time | str) -> time:
    # Some releases of SQLite's driver give a time of day back as the text it is kept as.
    return time.fromisoformat(value) if isinstance(value, str) else value


@command
def set_up_site(name: str, timezone: str, *, by: Actor, at: datetime) -> Site:
    """Make the site with its name and IANA zone, or rename it.

    Raises Conflict TIMEZONE_DIFFERS when the site already has another zone: dates already written depend on it.
    """
    need_role(by, Role.SUPER_ADMIN)
    now = current()
    if timezone not in available_timezones():
        raise Invalid(
            [
                FieldError(
                    "timezone", "TIMEZONE_UNKNOWN", _("%(timezone)r is no IANA time zone.") % {"timezone": timezone}
                )
            ]
        )
    if now.is_set_up and now.timezone != timezone:
        raise Conflict(
            "TIMEZONE_DIFFERS",
            _("The site's time zone is %(zone)s; it cannot become %(timezone)s, since dates depend on it.")
            % {"zone": now.timezone, "timezone": timezone},
        )
    return _write(now, replace(now, name=name, timezone=timezone, is_set_up=True), by=by, at=at)


@command
def update_settings(
    changes: dict[str, Any], *, expected: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> Site:
    """Change some of the site's settings (super admin), except its zone; a new warning period touches everyone.

    expected: what the editor saw, by the same names. Raises Invalid, Conflict TIMEZONE_DIFFERS, and STALE when the
    settings are no more what the editor saw.
    """
    need_role(by, Role.SUPER_ADMIN)
    now = current()
    need_expected(asdict(now), expected or {}, _("site settings"))
    new = replace(now, **changes)
    _check(new)
    if new.timezone != now.timezone:
        raise Conflict("TIMEZONE_DIFFERS", _("The site's time zone cannot change: dates depend on it."))
    return _write(now, new, by=by, at=at)


def _check(site: Site) -> None:
    errors = []
    if not 0 <= site.warning_days <= 365:
        errors.append(FieldError("warning_days", "OUT_OF_RANGE", _("Give 0 to 365 days.")))
    if not site.work_starts <= site.break_starts <= site.break_ends <= site.work_ends:
        errors.append(
            FieldError("work_starts", "HOURS_OUT_OF_ORDER", _("Give start, break and end in the order of the day."))
        )
    if not site.name.strip():
        errors.append(FieldError("name", "REQUIRED", _("Give the site a name.")))
    if not site.languages or "en" not in site.languages:
        errors.append(FieldError("languages", "ENGLISH_MISSING", _("Keep English (en) among the languages.")))
    errors += [FieldError("languages", code, message) for code, message in _languages_wrong(site.languages)]
    errors += paper_language_errors("paper_languages", site.paper_languages)
    if errors:
        raise Invalid(errors)


def _languages_wrong(languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in languages:
        if not is_language(one):
            text = _("%(language)r is no language code: use en, tr, az, pt-br.") % {"language": one[:20]}
            yield "LANGUAGE_UNKNOWN", text


def paper_language_errors(field: str, languages: Sequence[str]) -> list[FieldError]:
    """Return what is wrong with the languages of a paper: one or two different ones, each with a catalogue."""
    if len(languages) > 2 or len(set(languages)) < len(languages):
        return [FieldError(field, "LANGUAGES_ALIKE", _("Give one language, or two different ones."))]
    known = languages_with_words()
    return [
        FieldError(
            field,
            "LANGUAGE_UNKNOWN",
            _("Papers cannot be written in %(language)s. Choose from: %(known)s.")
            % {"language": one[:20], "known": ", ".join(known)},
        )
        for one in languages
        if one not in known
    ]


def _write(before: Site, after: Site, *, by: Actor, at: datetime) -> Site:
    if before.is_set_up and before == after:
        nothing_changed()
        return after
    SiteSettings.objects.filter(until=None).update(until=at)
    row = SiteSettings.objects.create(
        since=at,
        **{name: getattr(after, name) for name in VALUES if not name.endswith("languages")},
        languages=list(after.languages),
        **dict(zip(_PAPER, after.paper_languages, strict=False)),
    )
    old, new = _plain(before), _plain(after)
    changed = [name for name in VALUES if not before.is_set_up or old[name] != new[name]]
    say(
        "site_settings.updated",
        "site_settings",
        row.pk,
        before={name: old[name] for name in changed} if before.is_set_up else None,
        after={name: new[name] for name in changed},
    )
    if "warning_days" in changed or "timezone" in changed:
        touch(EVERYONE)
    return after


def _plain(site: Site) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in asdict(site).items():
        plain[name] = value.isoformat() if isinstance(value, time) else value
        if isinstance(value, Sequence) and not isinstance(value, str):
            plain[name] = list(value)
    return plain
