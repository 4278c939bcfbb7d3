"""What the roles and areas of a folder ask for; a changed requirement ends and begins anew (domain.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.bulk import id_set, insert_rows
from titan.core.command import Said, say_all
from titan.exchange.site_folder import differences
from titan.exchange.site_folder.commands.writing import FileReport, Load, report
from titan.exchange.site_folder.layout import AREA_REQUIREMENTS, ROLE_REQUIREMENTS
from titan.exchange.site_folder.queries import KnownRequirement
from titan.exchange.site_folder.rows import RequirementRow

Standing = Mapping[tuple[str, str], KnownRequirement]


def write_role_requirements(load: Load) -> FileReport:
    """Let roles ask for courses; what a role asks for beyond the file stays."""
    rows, known = load.folder.role_requirements, load.known.role_requirements
    new, changed = _differing(rows, known, lambda row: differences.role_requirement(row, load.known))
    ended = id_set(known[_key(row)].id for row in changed)
    RoleRequirement.objects.filter(pk__in=ended).update(until=load.at)
    begun = [{"role_id": load.ids.roles[row.source_code], **_columns(row, load)} for row in (*new, *changed)]
    made = insert_rows(RoleRequirement, begun, returning=("id", "role_id", "course_id"))
    load.ids.role_requirements.update({(source, course): pk for pk, source, course in made})
    say_all(_events("role", load.ids.roles, load, [*new, *changed], known))
    return report(ROLE_REQUIREMENTS.file, len(rows), created=len(new), changed=len(changed))


def write_area_requirements(load: Load) -> FileReport:
    """Let areas ask for courses; what an area asks for beyond the file stays."""
    rows, known = load.folder.area_requirements, load.known.area_requirements
    new, changed = _differing(rows, known, lambda row: differences.area_requirement(row, load.known))
    ended = id_set(known[_key(row)].id for row in changed)
    AreaRequirement.objects.filter(pk__in=ended).update(until=load.at)
    begun = [{"area_id": load.ids.areas[row.source_code], **_columns(row, load)} for row in (*new, *changed)]
    made = insert_rows(AreaRequirement, begun, returning=("id", "area_id", "course_id"))
    load.ids.area_requirements.update({(source, course): pk for pk, source, course in made})
    say_all(_events("area", load.ids.areas, load, [*new, *changed], known))
    return report(AREA_REQUIREMENTS.file, len(rows), created=len(new), changed=len(changed))


def _key(row: RequirementRow) -> tuple[str, str]:
    return (row.source_code, row.course_code)


def _differing(
    rows: Sequence[RequirementRow], known: Standing, differs: Callable[[RequirementRow], object]
) -> tuple[list[RequirementRow], list[RequirementRow]]:
    new = [row for row in rows if _key(row) not in known]
    changed = [row for row in rows if differs(row)]
    return new, changed


def _columns(row: RequirementRow, load: Load) -> dict[str, Any]:
    return {
        "course_id": load.ids.courses[row.course_code],
        "type": row.type,
        "grace_period_days": row.grace_period_days,
        "since": load.at,
    }


def _events(
    noun: str, sources: Mapping[str, int], load: Load, rows: Sequence[RequirementRow], known: Standing
) -> Iterator[Said]:
    for code in dict.fromkeys(row.source_code for row in rows):
        begun = [row for row in rows if row.source_code == code]
        ended = [(row, known[_key(row)]) for row in begun if _key(row) in known]
        yield Said(
            f"{noun}.requirements_replaced",
            noun,
            sources[code],
            before={"requirements": [_plain(load, row.course_code, held) for row, held in ended]},
            after={"requirements": [_plain(load, row.course_code, row) for row in begun]},
        )


def _plain(load: Load, course_code: str, asked: RequirementRow | KnownRequirement) -> dict[str, Any]:
    return {
        "course_id": load.ids.courses[course_code],
        "type": asked.type,
        "grace_period_days": asked.grace_period_days,
    }
