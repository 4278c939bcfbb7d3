"""The areas as the tree they are."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.text import by_code_point
from titan.personnel.models import Area


@dataclass(frozen=True)
class AreaNode:
    """An area in its tree; depth 0 is the top."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int


def area_tree() -> list[AreaNode]:
    """Return every area, each followed by what lies in it, by code (one statement)."""
    below: dict[int | None, list[Area]] = {}
    for row in Area.objects.annotate(place=by_code_point("code")).order_by("place"):
        below.setdefault(row.parent_id, []).append(row)
    nodes: list[AreaNode] = []
    waiting = [(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        nodes.append(AreaNode(row.pk, row.code, row.name, row.parent_id, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(row.pk, []))]
    return nodes
