"""Badges whose rows were merged on the site: what a folder says of them is about whoever stays.

The source of a folder need not know of a merge, and a folder is loaded again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from titan.exchange.site_folder.rows import Folder, RecordRow


def as_merged(folder: Folder, now: Mapping[str, str]) -> Folder:
    """Return `folder` with each badge in `now` read as the one it is now.

    The row of such a person is left out: whoever stays has a row of their own. A result that then stands there twice is
    one.
    """
    if not now:
        return folder
    workers = [
        replace(row, supervisor_employee_id=now.get(row.supervisor_employee_id, row.supervisor_employee_id))
        for row in folder.workers
        if row.employee_id not in now
    ]
    records: dict[tuple[object, ...], RecordRow] = {}
    for row in folder.records:
        mine = replace(row, employee_id=now.get(row.employee_id, row.employee_id))
        records.setdefault(mine.key, mine)
    return replace(folder, workers=workers, records=list(records.values()))


def left_alone(folder: Folder, now: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the badges of the folder's people that were merged, each with the one it is now."""
    return tuple((row.employee_id, now[row.employee_id]) for row in folder.workers if row.employee_id in now)
