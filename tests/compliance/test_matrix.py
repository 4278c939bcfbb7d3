"""The matrix page by page: worst first, then by name, nobody twice and nobody left out."""

from __future__ import annotations

from typing import Any

from tests import cast
from titan.compliance.commands import rebuild
from titan.compliance.queries.items import MatrixFilter, matrix
from titan.core.actor import system_actor


def test_people_of_one_name_are_told_apart(site: Any, at: Any) -> None:
    """Badges that differ in their case alone sort alike."""
    role, course = cast.make_role(), cast.make_course()
    cast.require(role, course)
    for badge in ("b-1", "B-1"):
        cast.make_worker(employee_id=badge, last_name="Same", first_name="Same", role=role)
        cast.make_worker(employee_id=f"g{badge}", last_name="Same", first_name="Same")
    rebuild(by=system_actor(), at=at)
    for limit in range(1, 6):
        names: list[str] = []
        cursor = None
        while True:
            page = matrix(MatrixFilter(), limit=limit, cursor=cursor)
            names += [row.worker.employee_id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert names == ["b-1", "B-1", "gb-1", "gB-1"]
        assert page.total == 4
