"""The courses of a folder: version 1 of new ones, a new version of changed ones, published (domain.md §3)."""

from __future__ import annotations

from dataclasses import asdict

from titan.catalogue.models import Course, CourseVersion, Prerequisite, VersionStatus
from titan.core.bulk import id_set, insert_rows
from titan.core.command import Said, say_all
from titan.exchange.site_folder import differences
from titan.exchange.site_folder.changes import CourseContent, wanted_content
from titan.exchange.site_folder.commands.writing import FileReport, Load, by_code, report
from titan.exchange.site_folder.layout import COURSES
from titan.exchange.site_folder.rows import CourseRow


def write_courses(load: Load) -> FileReport:
    """Make new courses as version 1; where the published content differs, publish a new version.

    Records of earlier versions stay as they are.
    """
    rows, known = load.folder.courses, load.known.courses
    new = [row for row in rows if row.code not in known]
    changed = [row for row in rows if differences.course(row, load.known)]
    made = insert_rows(Course, [{"code": row.code, "created_at": load.at} for row in new], returning=("id", "code"))
    load.ids.courses.update(by_code(made))
    earlier = [known[row.code].version_id or 0 for row in changed]
    CourseVersion.objects.filter(pk__in=id_set(earlier), status=VersionStatus.PUBLISHED).update(
        status=VersionStatus.ARCHIVED, archived_at=load.at
    )
    _write_versions(load, [*new, *changed])
    say_all(_event(row, load) for row in (*new, *changed))
    return report(COURSES.file, len(rows), created=len(new), changed=len(changed))


def _wanted(row: CourseRow, load: Load) -> CourseContent:
    course = load.known.courses.get(row.code)
    return wanted_content(row, course.published if course else None)


def _number(row: CourseRow, load: Load) -> int:
    course = load.known.courses.get(row.code)
    return course.last_number + 1 if course else 1


def _write_versions(load: Load, rows: list[CourseRow]) -> None:
    contents = {load.ids.courses[row.code]: (row, _wanted(row, load)) for row in rows}
    made = insert_rows(
        CourseVersion,
        [
            {
                "course_id": course_id,
                "number": _number(row, load),
                "title": dict(content.title),
                "category": content.category,
                "duration_minutes": content.duration_minutes,
                "validity_months": content.validity_months,
                "delivery_method": content.delivery_method,
                "min_pass_score": content.min_pass_score,
                "requires_verification": content.requires_verification,
                "created_at": load.at,
            }
            for course_id, (row, content) in contents.items()
        ],
        returning=("id", "course_id"),
    )
    version_of = {course_id: version_id for version_id, course_id in made}
    load.ids.versions.update({row.code: version_of[load.ids.courses[row.code]] for row in rows})
    insert_rows(
        Prerequisite,
        [
            {"version_id": version_of[course_id], "course_id": load.ids.courses[code]}
            for course_id, (_, content) in contents.items()
            for code in content.prerequisite_codes
        ],
        returning=(),
    )
    # Published last: the database takes no prerequisites for a version that people may rely on already.
    CourseVersion.objects.filter(pk__in=id_set(version_of.values())).update(
        status=VersionStatus.PUBLISHED, published_at=load.at
    )


def _event(row: CourseRow, load: Load) -> Said:
    course_id, number = load.ids.courses[row.code], _number(row, load)
    after = {"published_version": number, **_plain(_wanted(row, load), load)}
    course = load.known.courses.get(row.code)
    if course is None:
        return Said("course.created", "course", course_id, after={"code": row.code, **after})
    before = _plain(course.published, load) if course.published else {}
    changed = {name: value for name, value in after.items() if value != before.get(name)}
    return Said(
        "course.version_published",
        "course",
        course_id,
        before={name: before[name] for name in changed if name in before},
        after=changed,
    )


def _plain(content: CourseContent, load: Load) -> dict[str, object]:
    plain = asdict(content)
    codes = plain.pop("prerequisite_codes")
    return {**plain, "prerequisite_ids": sorted(load.ids.courses[code] for code in codes)}
