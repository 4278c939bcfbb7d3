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
    areas: list[Area] = list(Area.objects.order_by(by_code_point("code")))
    for area in areas:
        below.setdefault(area.parent_id, []).append(area)
    nodes: list[AreaNode] = []
    waiting = [(top, 0) for top in reversed(below.get(None, []))]
    while waiting:
        area, depth = waiting.pop()
        nodes.append(AreaNode(area.pk, area.code, area.name, area.parent_id, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(area.pk, []))]
    return nodes
