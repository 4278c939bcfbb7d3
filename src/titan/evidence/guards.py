"""Evidence is written once: the database itself refuses to change or delete a row of it (domain.md §10)."""

from __future__ import annotations

from titan.core.guards import conflict_means, register
from titan.core.triggers import ALWAYS, refuse

CODE = "EVIDENCE_IMMUTABLE"

register(
    [
        refuse(name, table, CODE, update=ALWAYS, delete=ALWAYS, truncate=True)
        for name, table in (
            ("evidence_file_immutable", "evidence_evidencefile"),
            ("evidence_part_immutable", "evidence_evidencepart"),
        )
    ]
)
conflict_means(f"^{CODE}$", CODE, "Evidence is never changed or deleted: upload the right file, both are kept.")
