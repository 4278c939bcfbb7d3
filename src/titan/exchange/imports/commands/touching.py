"""Whose verdicts may change with the rows of a folder: its people, and whoever holds its roles and areas."""

from __future__ import annotations

from titan.core.command import touch
from titan.exchange.site_folder.commands.writing import Load


def touch_written(load: Load) -> None:
    """Mark the verdicts that written rows may have changed: exactly theirs, for a site may hold many others."""
    ids, folder = load.ids, load.folder
    workers = {ids.workers[row.employee_id] for row in folder.workers}
    trained = {ids.workers[row.employee_id] for row in folder.records}
    roles = {ids.roles[row.source_code] for row in folder.role_requirements}
    areas = {ids.areas[row.source_code] for row in folder.area_requirements}
    # Whoever works in an area that moved has other areas above them.
    areas |= {ids.areas[row.code] for row in folder.areas if row.code in load.known.areas}
    if workers or roles or areas:
        touch(workers | trained, roles=roles, areas=areas)
    elif trained:
        touch(trained, {ids.courses[row.course_code] for row in folder.records})
