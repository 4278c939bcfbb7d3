"""Records, competencies and people against what the ledger says of them, in both directions (ledger.md §1)."""

from __future__ import annotations

from titan.records.verifying.kinds import KINDS
from titan.records.verifying.people import People, people_problems
from titan.records.verifying.rows import Kind, Rows, absent_leaves

__all__ = ["KINDS", "Kind", "People", "Rows", "absent_leaves", "people_problems"]
