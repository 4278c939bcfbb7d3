"""What an applied import says of itself stays: which file, who, when, what it made; erasing blanks names only."""

from __future__ import annotations

from titan.core.erasing import ERASED, is_erased
from titan.core.guards import check_means, conflict_means, register
from titan.core.triggers import ALWAYS, changed, refuse
from titan.exchange.imports.models import Import, ImportedThing, TypedValue

CODE = "IMPORT_IMMUTABLE"
WORK = ("work", "asked", "asked_at", "alive_until", "done", "total", "failure", "version")
UNDOING = ("state", "undone_at", "undone_by_id", "undo_reason")
CLOSED = "OLD.state <> 'OPEN'"
IS_UNDONE_NOW = "(OLD.state = 'APPLIED' AND NEW.state = 'UNDONE')"
BLANKS_NAME = f"(NOT {changed(Import, but=('file_name',))} AND NEW.file_name = '{ERASED}')"
IS_ERASED = f"(OLD.entity = 'worker' AND {is_erased('OLD.entity_id')})"

register(
    [
        refuse(
            "import_immutable",
            Import._meta.db_table,
            CODE,
            update=f"{CLOSED} AND {changed(Import, but=WORK)} AND NOT {BLANKS_NAME}"
            f" AND NOT ({IS_UNDONE_NOW} AND NOT {changed(Import, but=(*WORK, *UNDOING))})",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "imported_thing_immutable",
            ImportedThing._meta.db_table,
            CODE,
            update=f"{changed(ImportedThing, but=('before',))} OR NOT {IS_ERASED}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "typed_value_immutable",
            TypedValue._meta.db_table,
            CODE,
            update=f"{changed(TypedValue, but=('value',))} OR NEW.value <> '{ERASED}'"
            f" OR OLD.worker_id IS NULL OR NOT {is_erased('OLD.worker_id')}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "thing_of_applied_import",
            ImportedThing._meta.db_table,
            CODE,
            insert=f"NOT EXISTS (SELECT 1 FROM {Import._meta.db_table} WHERE id = NEW.of_id AND state = 'OPEN')",
        ),
    ]
)
conflict_means(f"^{CODE}$", CODE, "An import that was applied or discarded stays as it is.")
check_means("applied_import_keeps_its_file", "state", CODE, "An applied import keeps its file.")
check_means("undone_import_says_why", "reason", "REQUIRED", "Give a reason.")
conflict_means(
    r"one_(piece|slice)_at_a_place|failed: imports_import(bytes|slice)\.of_id",
    "IMPORT_WORKING",
    "A server checks this import already: look at it on the page.",
)
conflict_means(
    r'unique constraint "imports_rememberedlayout_signature|failed: imports_rememberedlayout\.signature$',
    "CHANGED_MEANWHILE",
    "Somebody else changed this import meanwhile: look at it again.",
)
