"""Companies, roles, areas with their tree, and venues of a folder (domain.md §3–5)."""

from __future__ import annotations

from collections.abc import Sequence

from titan.core.bulk import id_set, insert_rows, update_rows
from titan.core.command import Said, say_all
from titan.core.text import search_key
from titan.exchange.site_folder import differences
from titan.exchange.site_folder.changes import titles
from titan.exchange.site_folder.commands.writing import FileReport, Load, by_code, report
from titan.exchange.site_folder.layout import AREAS, COMPANIES, ROLES, VENUES
from titan.exchange.site_folder.rows import AreaRow, CompanyRow, RoleRow, VenueRow
from titan.personnel.commands.identity import restating_companies
from titan.personnel.models import Area, AreaPlacement, Company, Role
from titan.resources.models import Venue


def write_companies(load: Load) -> FileReport:
    """Make new companies, rename changed ones."""
    rows, known = load.folder.companies, load.known.companies
    new = [row for row in rows if row.code not in known]
    changed = [row for row in rows if differences.company(row, load.known)]
    made = insert_rows(
        Company,
        [{"code": r.code, "name": r.name, "search_key": search_key(r.code, r.name)} for r in new],
        returning=("id", "code"),
    )
    load.ids.companies.update(by_code(made))
    ids = load.ids.companies
    with restating_companies([ids[row.code] for row in changed], by=load.by, at=load.at):
        update_rows(
            Company,
            [{"id": ids[r.code], "name": r.name, "search_key": search_key(r.code, r.name)} for r in changed],
        )
    say_all(_company_events(load, new, changed))
    return report(COMPANIES.file, len(rows), created=len(new), changed=len(changed))


def _company_events(load: Load, new: Sequence[CompanyRow], changed: Sequence[CompanyRow]) -> list[Said]:
    ids, known = load.ids.companies, load.known.companies
    return [
        Said("company.created", "company", ids[row.code], after={"code": row.code, "name": row.name}) for row in new
    ] + [
        Said(
            "company.updated",
            "company",
            ids[row.code],
            before={"name": known[row.code][1]},
            after={"name": row.name},
        )
        for row in changed
    ]


def write_roles(load: Load) -> FileReport:
    """Make new roles, retitle changed ones."""
    rows, known = load.folder.roles, load.known.roles
    new = [row for row in rows if row.code not in known]
    changed = [row for row in rows if differences.role(row, load.known)]
    made = insert_rows(Role, [{"code": row.code, "title": _title(row, load)} for row in new], returning=("id", "code"))
    load.ids.roles.update(by_code(made))
    ids = load.ids.roles
    update_rows(Role, [{"id": ids[row.code], "title": _title(row, load)} for row in changed])
    say_all(
        Said("role.created", "role", ids[row.code], after={"code": row.code, "title": _title(row, load)}) for row in new
    )
    say_all(
        Said(
            "role.updated",
            "role",
            ids[row.code],
            before={"title": known[row.code].title},
            after={"title": _title(row, load)},
        )
        for row in changed
    )
    return report(ROLES.file, len(rows), created=len(new), changed=len(changed))


def _title(row: RoleRow, load: Load) -> dict[str, str]:
    role = load.known.roles.get(row.code)
    return titles(row.title, role.title if role else {})


def write_areas(load: Load) -> FileReport:
    """Make new areas, rename and move changed ones; where an area stood before is kept."""
    rows, known = load.folder.areas, load.known.areas
    new = [row for row in rows if row.code not in known]
    moved = [row for row in rows if "parent_code" in (differences.area(row, load.known) or ())]
    changed = [row for row in rows if differences.area(row, load.known)]
    # Parents come second: a row may name one that stands further down.
    made = insert_rows(Area, [{"code": row.code, "name": row.name} for row in new], returning=("id", "code"))
    load.ids.areas.update(by_code(made))
    ids = load.ids.areas
    # Freed first: where two change places, SQLite's guard would see a circle between the one row and the other.
    update_rows(Area, [{"id": ids[row.code], "parent_id": None} for row in moved])
    update_rows(
        Area,
        [
            {"id": ids[row.code], "name": row.name, "parent_id": _parent(row, load)}
            for row in (*(row for row in new if row.parent_code), *changed)
        ],
    )
    if moved:
        placed = AreaPlacement.objects.filter(area_id__in=id_set(ids[row.code] for row in moved), until=None)
        placed.update(until=load.at)
    insert_rows(
        AreaPlacement,
        [{"area_id": ids[row.code], "parent_id": _parent(row, load), "since": load.at} for row in (*new, *moved)],
        returning=(),
    )
    say_all(_area_events(load, new, changed))
    return report(AREAS.file, len(rows), created=len(new), changed=len(changed))


def _parent(row: AreaRow, load: Load) -> int | None:
    return load.ids.areas[row.parent_code] if row.parent_code else None


def _area_events(load: Load, new: Sequence[AreaRow], changed: Sequence[AreaRow]) -> list[Said]:
    ids = load.ids.areas
    events = []
    for row in (*new, *changed):
        after = {"code": row.code, "name": row.name, "parent_id": _parent(row, load)}
        area = load.known.areas.get(row.code)
        if area is None:
            events.append(Said("area.created", "area", ids[row.code], after=after))
            continue
        was = {"code": row.code, "name": area.name, "parent_id": ids.get(area.parent_code)}
        names = [name for name in after if after[name] != was[name]]
        before = {name: was[name] for name in names}
        events.append(
            Said(
                "area.updated",
                "area",
                ids[row.code],
                before=before,
                after={name: after[name] for name in names},
            )
        )
    return events


def write_venues(load: Load) -> FileReport:
    """Make new venues, change changed ones."""
    rows, known = load.folder.venues, load.known.venues
    new = [row for row in rows if row.name not in known]
    changed = [row for row in rows if differences.venue(row, load.known)]
    made = insert_rows(
        Venue,
        [{"name": row.name, "capacity": row.capacity, "location": row.location} for row in new],
        returning=("id", "name"),
    )
    load.ids.venues.update(by_code(made))
    ids = load.ids.venues
    update_rows(
        Venue,
        [{"id": known[row.name].id, "capacity": row.capacity, "location": row.location} for row in changed],
    )
    say_all(Said("venue.created", "venue", ids[row.name], after=_venue(row)) for row in new)
    say_all(
        Said(
            "venue.updated",
            "venue",
            known[row.name].id,
            before={"capacity": known[row.name].capacity, "location": known[row.name].location},
            after={"capacity": row.capacity, "location": row.location},
        )
        for row in changed
    )
    return report(VENUES.file, len(rows), created=len(new), changed=len(changed))


def _venue(row: VenueRow) -> dict[str, object]:
    return {"name": row.name, "capacity": row.capacity, "location": row.location}
