"""A case is decided once, by somebody else than whoever proposed it, about the list that was proposed."""

from __future__ import annotations

from titan.core.guards import check_means, conflict_means, register
from titan.core.merging import follows_merge
from titan.core.triggers import ALWAYS, changed, refuse
from titan.training.models import CaseRed, ConsequenceCase

CASE = ConsequenceCase._meta.db_table
LINES, REDS = "training_caserecord", "training_casered"
DECISION = ("status", "decided_at", "decided_by_id", "remark", "revoked", "withdrawn", "turned_red")
NOT_OPEN = f"NOT EXISTS (SELECT 1 FROM {CASE} c WHERE c.id = NEW.case_id AND c.status = 'PROPOSED')"


register(
    [
        refuse(
            "case_immutable",
            CASE,
            "CASE_IMMUTABLE",
            insert="NEW.status <> 'PROPOSED'",
            update=f"OLD.status <> 'PROPOSED' OR NEW.status = 'PROPOSED' OR {changed(ConsequenceCase, but=DECISION)}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "case_two_people",
            CASE,
            "SECOND_PERSON_NEEDED",
            update="NEW.status = 'APPROVED' AND (NEW.decided_by_id IS NULL OR NEW.decided_by_id = OLD.proposed_by_id)",
        ),
        refuse(
            "case_lines_immutable",
            LINES,
            "CASE_IMMUTABLE",
            insert=NOT_OPEN,
            update=ALWAYS,
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "case_reds_immutable",
            REDS,
            "CASE_IMMUTABLE",
            insert=NOT_OPEN,
            # Who turned Red may turn out to be somebody else.
            update=f"{changed(CaseRed, but=('worker_id',))} OR NOT {follows_merge()}",
            delete=ALWAYS,
            truncate=True,
        ),
    ]
)

conflict_means(
    r"^CASE_IMMUTABLE$|case_(line|red)_position|case_line_is_one_record"
    r"|training_case(record|red)\.case_id, training_case(record|red)\.position",
    "CASE_IMMUTABLE",
    "A case is decided once; neither it nor its list is changed or deleted.",
)
conflict_means(
    "^SECOND_PERSON_NEEDED$|case_is_decided_by_another",
    "SECOND_PERSON_NEEDED",
    "Whoever proposed a case does not decide it: a second person does.",
)
conflict_means(
    r"one_open_case_per_subject|failed: training_consequencecase\.subject, training_consequencecase\.subject_id$",
    "CASE_OPEN",
    "A case about this waits for its decision already.",
)
conflict_means("approved_case_has_its_outcome", "CASE_IMMUTABLE", "An approved case says what it did.")
check_means("case_days_of_trainer_or_version", "from", "NOT_ALLOWED", "Leave the days out: they narrow other subjects.")
check_means("case_days_in_order", "to", "OUT_OF_ORDER", "Give a last day that is not before the first.")
check_means("case_has_a_reason", "reason", "REASON_REQUIRED", "Give a reason.")
