"""Whether a text that is kept for ever names somebody whom it is kept with: it would outlive their erasure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from titan.core.bulk import id_set
from titan.core.text import search_key
from titan.personnel.models import Worker
from titan.personnel.queries.merged import merged_into


def somebody_named(text: str, worker_ids: Iterable[int]) -> str | None:
    """Return the badge of one of these workers whom `text` names in full or by badge, or None; two statements.

    Whoever was merged into one of them is named by the old name and badge as well.
    """
    said, named = f" {_words(text)} ", {*worker_ids}
    named = named.union(*merged_into(named).values())
    rows = Worker.objects.filter(pk__in=id_set(named)).values_list("first_name", "last_name", "employee_id")
    badges = [badge for first, last, badge in rows if _is_said(said, first, last) or _is_said(said, badge)]
    return min(badges, default=None)


def _is_said(said: str, *parts: str) -> bool:
    name = _words(*parts)
    return bool(name) and f" {name} " in said


def _words(*parts: str) -> str:
    """Return `parts` folded as for search, without what stands between words."""
    return " ".join(re.findall(r"\w+", search_key(*parts)))
