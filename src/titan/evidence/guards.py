"""Evidence is written once: the database itself refuses to change or delete a row of it (domain.md §10).

But for its label, which goes when somebody who stands on it was erased: people name files after people.
"""

from __future__ import annotations

from titan.core.erasing import ERASED
from titan.core.guards import conflict_means, register
from titan.core.triggers import ALWAYS, changed, refuse
from titan.evidence.models import EvidenceFile
from titan.evidence.restricted import shows_erased

CODE = "EVIDENCE_IMMUTABLE"

register(
    [
        refuse(
            "evidence_file_immutable",
            "evidence_evidencefile",
            CODE,
            update=f"{changed(EvidenceFile, but=('original_name',))} OR NEW.original_name <> '{ERASED}'"
            f" OR NOT {shows_erased('OLD.id')}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse("evidence_part_immutable", "evidence_evidencepart", CODE, update=ALWAYS, delete=ALWAYS, truncate=True),
    ]
)
conflict_means(f"^{CODE}$", CODE, "Evidence is never changed or deleted: upload the right file, both are kept.")
