"""Courses and their versions: the only writers of the catalogue (domain.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from titan.catalogue.models import Course, CourseVersion, Prerequisite, VersionStatus
from titan.catalogue.rules import (
    VersionChanges,
    VersionContent,
    changed_content,
    checked_content,
    prerequisite_circle,
)
from titan.core.actor import Actor
from titan.core.bulk import id_set, insert_rows
from titan.core.command import command, nothing_changed, say
from titan.core.errors import Conflict, NotFound
from titan.core.expected import need_expected
from titan.core.given import Wrong, given_in, possible_ids
from titan.core.language import N_, _
from titan.core.lock import Subject, lock_alone
from titan.core.permit import need_admin

CONTENT = (
    "title",
    "duration_minutes",
    "validity_months",
    "delivery_method",
    "category",
    "min_pass_score",
    "requires_verification",
)
# As messages name them.
_STATUSES = (N_("DRAFT"), N_("PUBLISHED"), N_("ARCHIVED"))


@command
def create_course(code: str, content: VersionContent, *, by: Actor, at: datetime) -> int:
    """Make a course with version 1 as a draft; return its id.

    Raises Forbidden, or Invalid with every wrong field: bounds, an unknown prerequisite, a code in use.
    """
    need_admin(by)
    wrong = Wrong()
    code = wrong.code("code", code)
    if Course.objects.filter(code=code).exists():
        wrong.add("code", "NOT_UNIQUE", _("There is a course %(code)s already: give another code.") % {"code": code})
    content = checked_content(content, wrong)
    _check_prerequisites(None, content, wrong)
    wrong.refuse()
    course = Course.objects.create(code=code, created_at=at)
    _write_version(course.pk, 1, content, at)
    say("course.created", "course", course.pk, after={"code": code, "version": 1, **_plain(content)})
    return course.pk


@command
def edit_draft_version(
    course_id: int, changes: VersionChanges, *, expected: VersionChanges | None = None, by: Actor, at: datetime
) -> int:
    """Change the content of a course's draft; return its number. A published version never changes.

    Raises Conflict NO_DRAFT_VERSION when there is none, STALE when it is no more what the editor saw (`expected`).
    """
    need_admin(by)
    latest = _locked_latest(course_id)
    before = _content(latest)
    content = _checked(course_id, changed_content(before, changes))
    if latest.status != VersionStatus.DRAFT:
        raise Conflict(
            "NO_DRAFT_VERSION",
            _("Version %(number)s is published and stays as it is: make a new version and change that.")
            % {"number": latest.number},
        )
    old, new = _plain(before), _plain(content)
    changed = [name for name in new if old[name] != new[name]]
    if not changed:
        nothing_changed()
        return latest.number
    _need_expected(latest, expected)
    _store(latest, content)
    say(
        "course.version_edited",
        "course",
        course_id,
        before={"version": latest.number, **{name: old[name] for name in changed}},
        after={"version": latest.number, **{name: new[name] for name in changed}},
    )
    return latest.number


@command
def draft_version(
    course_id: int, changes: VersionChanges, *, expected: VersionChanges | None = None, by: Actor, at: datetime
) -> int:
    """Make a new draft of a course from its latest version with `changes`; return its number.

    Raises Conflict DRAFT_EXISTS: one draft at a time; STALE when the latest version is no more what the editor saw
    (`expected`).
    """
    need_admin(by)
    latest = _locked_latest(course_id)
    content = _checked(course_id, changed_content(_content(latest), changes))
    if latest.status == VersionStatus.DRAFT:
        raise Conflict(
            "DRAFT_EXISTS",
            _("Version %(number)s is a draft already: change that one, or publish it first.")
            % {"number": latest.number},
        )
    _need_expected(latest, expected)
    number = latest.number + 1
    _write_version(course_id, number, content, at)
    say("course.version_drafted", "course", course_id, after={"version": number, **_plain(content)})
    return number


@command
def publish_version(course_id: int, number: int, *, by: Actor, at: datetime) -> None:
    """Publish a draft and archive the version before. No record changes: it counts from the next class on.

    Raises Conflict NOT_DRAFT for a version that is published or archived.
    """
    need_admin(by)
    _lock(course_id)
    version = CourseVersion.objects.filter(course_id=course_id, number=number).first()
    if version is None:
        raise NotFound(_("version of course %(course)s with the number") % {"course": course_id}, number)
    if version.status != VersionStatus.DRAFT:
        raise Conflict(
            "NOT_DRAFT",
            _("Version %(number)s is %(status)s: only a draft can be published.")
            % {"number": number, "status": _(version.status)},
        )
    published = CourseVersion.objects.filter(course_id=course_id, status=VersionStatus.PUBLISHED)
    earlier = published.values_list("number", flat=True).first()
    published.update(status=VersionStatus.ARCHIVED, archived_at=at)
    version.status = VersionStatus.PUBLISHED
    version.published_at = at
    version.save(update_fields=["status", "published_at"])
    say(
        "course.version_published",
        "course",
        course_id,
        before={"published_version": earlier},
        after={"published_version": number},
    )


def _lock(course_id: int) -> None:
    found = Course.objects.select_for_update(no_key=True).filter(pk=course_id).values_list("id").first()
    if found is None:
        raise NotFound("course", course_id)


def _locked_latest(course_id: int) -> CourseVersion:
    _lock(course_id)
    return CourseVersion.objects.prefetch_related("prerequisites").filter(course_id=course_id).latest("number")


def _need_expected(latest: CourseVersion, expected: VersionChanges | None) -> None:
    what = _("version %(number)s of the course") % {"number": latest.number}
    need_expected(asdict(_content(latest)), given_in(expected), what)


def _content(version: CourseVersion) -> VersionContent:
    asked = tuple(sorted(asked.course_id for asked in version.prerequisites.all()))
    return VersionContent(**{name: getattr(version, name) for name in CONTENT}, prerequisite_ids=asked)


def _checked(course_id: int, content: VersionContent) -> VersionContent:
    wrong = Wrong()
    content = checked_content(content, wrong)
    _check_prerequisites(course_id, content, wrong)
    wrong.refuse()
    return content


def _check_prerequisites(course_id: int | None, content: VersionContent, wrong: Wrong) -> None:
    """Report unknown prerequisites, and the circle they would close through published or draft versions."""
    wanted = content.prerequisite_ids
    if not wanted:
        return
    lock_alone(Subject.PREREQUISITES)
    known = set(Course.objects.filter(pk__in=id_set(possible_ids(wanted))).values_list("id", flat=True))
    unknown = [str(asked) for asked in wanted if asked not in known]
    if unknown:
        wrong.add(
            "prerequisite_ids", "UNKNOWN", _("There is no course with the id %(ids)s.") % {"ids": ", ".join(unknown)}
        )
    if course_id is None:
        return
    circle = prerequisite_circle(course_id, wanted, _asks_for())
    if circle:
        codes = dict(Course.objects.filter(pk__in=id_set(circle)).values_list("id", "code"))
        way = " → ".join(codes[step] for step in circle)
        wrong.add("prerequisite_ids", "CIRCLE", _("A course cannot come before itself: %(way)s.") % {"way": way})


def _asks_for() -> Mapping[int, set[int]]:
    """Return the prerequisites of each course's published and draft versions, by course."""
    asks_for: dict[int, set[int]] = {}
    pairs = Prerequisite.objects.exclude(version__status=VersionStatus.ARCHIVED)
    for course_id, asked in pairs.values_list("version__course_id", "course_id"):
        asks_for.setdefault(course_id, set()).add(asked)
    return asks_for


def _write_version(course_id: int, number: int, content: VersionContent, at: datetime) -> None:
    version = CourseVersion.objects.create(
        course_id=course_id,
        number=number,
        status=VersionStatus.DRAFT,
        created_at=at,
        **{name: getattr(content, name) for name in CONTENT},
    )
    _write_prerequisites(version.pk, content)


def _store(version: CourseVersion, content: VersionContent) -> None:
    for name in CONTENT:
        setattr(version, name, getattr(content, name))
    version.save(update_fields=CONTENT)
    version.prerequisites.all().delete()
    _write_prerequisites(version.pk, content)


def _write_prerequisites(version_id: int, content: VersionContent) -> None:
    rows = [{"version_id": version_id, "course_id": asked} for asked in content.prerequisite_ids]
    insert_rows(Prerequisite, rows, returning=())


def _plain(content: VersionContent) -> dict[str, Any]:
    plain = asdict(content)
    return {**plain, "title": dict(content.title), "prerequisite_ids": list(content.prerequisite_ids)}
