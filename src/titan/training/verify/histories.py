"""Histories: what stands now is the open entry of its history; and no tree has a circle (domain.md §3, §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from titan.training.verify.check import Check, Problem, Progress, by_sql, rows

HISTORIES = (
    "core_sitesettings",
    "personnel_areaplacement",
    "personnel_roleassignment",
    "personnel_areaassignment",
    "personnel_statusperiod",
    "compliance_rolerequirement",
    "compliance_arearequirement",
    "resources_qualification",
)
TREES = {
    "area": "SELECT id, parent_id FROM personnel_area WHERE parent_id IS NOT NULL",
    "worker": "SELECT id, supervisor_id FROM personnel_worker WHERE supervisor_id IS NOT NULL",
}
ASKS_FOR = (
    "SELECT v.course_id, p.course_id FROM catalogue_prerequisite p"
    " JOIN catalogue_courseversion v ON v.id = p.version_id WHERE v.status = 'PUBLISHED'"
)


def _circles(at: datetime, progress: Progress) -> Iterator[Problem]:
    for noun, sql in TREES.items():
        for member in sorted(_in_circles([(int(below), int(above)) for below, above in rows(sql)])):
            yield Problem("CIRCLE", f"{noun} {member}", "it stands above itself")
    for member in sorted(_in_circles([(int(course), int(asked)) for course, asked in rows(ASKS_FOR)])):
        yield Problem("CIRCLE", f"course {member}", "it comes before itself")


def _in_circles(edges: list[tuple[int, int]]) -> set[int]:
    """Return what lies on a circle, or only leads from one circle to another: all that remains of a tree is cut."""
    while True:
        starts, ends = {start for start, _ in edges}, {end for _, end in edges}
        kept = [(start, end) for start, end in edges if end in starts and start in ends]
        if len(kept) == len(edges):
            return starts
        edges = kept


CHECKS = (
    by_sql(
        "HISTORY_DIFFERS",
        "roles of workers",
        """SELECT w.id FROM personnel_worker w
        LEFT JOIN personnel_roleassignment h ON h.worker_id = w.id AND h.until IS NULL
        WHERE COALESCE(w.role_id, 0) <> COALESCE(h.role_id, 0)
           OR (w.role_id IS NOT NULL AND w.role_assigned_on <> h.assigned_on) ORDER BY w.id""",
        where="worker {0}",
        what="the role is not the one that the history says is held now",
    ),
    by_sql(
        "HISTORY_DIFFERS",
        "statuses of workers",
        """SELECT w.id FROM personnel_worker w
        LEFT JOIN personnel_statusperiod h ON h.worker_id = w.id AND h.until IS NULL
        WHERE w.status <> COALESCE(h.status, '') ORDER BY w.id""",
        where="worker {0}",
        what="the status is not the one that the history says holds now",
    ),
    by_sql(
        "HISTORY_DIFFERS",
        "places of areas",
        """SELECT a.id FROM personnel_area a
        LEFT JOIN personnel_areaplacement h ON h.area_id = a.id AND h.until IS NULL
        WHERE h.id IS NULL OR COALESCE(a.parent_id, 0) <> COALESCE(h.parent_id, 0) ORDER BY a.id""",
        where="area {0}",
        what="its parent is not the one that the history says holds now",
    ),
    *(
        by_sql(
            "HISTORY_BACKWARDS",
            f"the order of {table}",
            f"SELECT id FROM {table} WHERE until < since ORDER BY id",
            where=f"{table} {{0}}",
            what="it ended before it began",
        )
        for table in HISTORIES
    ),
    Check("circles", _circles),
)
