"""People are never deleted, histories never altered, nothing goes in circles (domain.md §3, §4)."""

from __future__ import annotations

from titan.core.erasing import is_erased
from titan.core.guards import Guard, check_means, conflict_means, register, unique_means
from titan.core.lock import Subject
from titan.core.merging import WORKER_MERGED, is_merged, not_of_merged
from titan.core.triggers import ALWAYS, differs, history, refuse, sqlite_trigger
from titan.personnel.models import AreaAssignment, AreaPlacement, RoleAssignment, StatusPeriod


def no_circle(name: str, table: str, column: str, code: str, lock: Subject) -> Guard:
    """Return the guard that nobody in `table` comes to stand above themselves by way of `column`."""
    meets_itself = (
        f"NEW.{column} IS NOT NULL AND EXISTS ("
        f"WITH RECURSIVE above(id) AS (SELECT NEW.{column} UNION"
        f" SELECT {table}.{column} FROM {table} JOIN above ON {table}.id = above.id"
        f" WHERE {table}.{column} IS NOT NULL)"
        " SELECT 1 FROM above WHERE above.id = NEW.id)"
    )
    return refuse(
        name,
        table,
        code,
        insert=meets_itself,
        update=f"NEW.{column} IS DISTINCT FROM OLD.{column} AND {meets_itself}",
        after=True,
        # Two moves that are each harmless could make a circle together. A new row is nobody's superior yet.
        lock=f"IF TG_OP = 'UPDATE' AND NEW.{column} IS DISTINCT FROM OLD.{column} THEN"
        f" PERFORM pg_advisory_xact_lock({int(lock)}); END IF",
    )


_FOUND, _WORKER = "personnel_worker_search", "personnel_worker"
_FORGET = f"INSERT INTO {_FOUND}({_FOUND}, rowid, search_key) VALUES ('delete', OLD.id, OLD.search_key)"
_LEARN = f"INSERT INTO {_FOUND}(rowid, search_key) VALUES (NEW.id, NEW.search_key)"

# PostgreSQL keeps its index by itself.
search_kept = Guard(
    "worker_search",
    _WORKER,
    sqlite=(
        *sqlite_trigger("worker_search_insert", f"AFTER INSERT ON {_WORKER}", _LEARN),
        *sqlite_trigger("worker_search_update", f"AFTER UPDATE OF id, search_key ON {_WORKER}", f"{_FORGET}; {_LEARN}"),
        *sqlite_trigger("worker_search_delete", f"AFTER DELETE ON {_WORKER}", _FORGET),
        # Whoever changed names while these were off was not heard.
        f"INSERT INTO {_FOUND}({_FOUND}) VALUES ('rebuild')",
    ),
    postgresql=(),
)

BECOMES_MERGED = "(OLD.merged_into_id IS NULL AND NEW.merged_into_id IS NOT NULL)"
IS_BLANKED = "(NEW.merge_reason = '' AND NEW.anonymised_at IS NOT NULL)"
SAYS_OTHERWISE = (
    f"{differs('merged_into_id', 'merged_at')}"
    f" OR (NEW.merge_reason IS DISTINCT FROM OLD.merge_reason AND NOT {IS_BLANKED})"
)

merged_once = [
    # Who somebody turned out to be is said once, and never taken back; of the erased, not even why.
    refuse(
        "worker_merged_once",
        _WORKER,
        "MERGE_FINAL",
        insert="NEW.merged_into_id IS NOT NULL",
        update=f"NOT {BECOMES_MERGED} AND ({SAYS_OTHERWISE})",
    ),
    # Two merges that cross, or one into somebody who is being merged, would lead nowhere.
    refuse(
        "worker_merged_into_somebody",
        _WORKER,
        WORKER_MERGED,
        update=f"{BECOMES_MERGED} AND ({is_merged('NEW.merged_into_id')} OR {is_erased('NEW.merged_into_id')})",
        lock=f"IF TG_OP = 'UPDATE' AND {BECOMES_MERGED} THEN"
        f" PERFORM 1 FROM {_WORKER} WHERE id = NEW.merged_into_id FOR UPDATE; END IF",
    ),
    refuse(
        "worker_supervised_by_somebody",
        _WORKER,
        WORKER_MERGED,
        insert=is_merged("NEW.supervisor_id"),
        update=f"NEW.supervisor_id IS DISTINCT FROM OLD.supervisor_id AND {is_merged('NEW.supervisor_id')}",
    ),
]

HAD_WORKERS = "EXISTS (SELECT 1 FROM personnel_areaassignment WHERE area_id = OLD.area_id)"

register(
    [
        search_kept,
        *merged_once,
        not_of_merged("personnel_roleassignment"),
        not_of_merged("personnel_areaassignment"),
        history(RoleAssignment),
        history(AreaAssignment),
        history(StatusPeriod),
        # An area that nobody ever worked in may be deleted, and its placements with it.
        history(AreaPlacement, delete=HAD_WORKERS),
        refuse("worker_kept", "personnel_worker", "WORKER_KEPT", delete=ALWAYS, truncate=True),
        no_circle("area_circle", "personnel_area", "parent_id", "AREA_CIRCLE", Subject.AREAS),
        no_circle("supervisor_circle", "personnel_worker", "supervisor_id", "SUPERVISOR_CIRCLE", Subject.SUPERVISORS),
    ]
)

conflict_means("^WORKER_KEPT$", "WORKER_KEPT", "A worker is never deleted: set them inactive, or anonymise them.")
conflict_means("^AREA_CIRCLE$", "AREA_CIRCLE", "An area cannot lie inside itself.")
conflict_means("^SUPERVISOR_CIRCLE$", "SUPERVISOR_CIRCLE", "Nobody can supervise themselves, not even in a circle.")
conflict_means(
    f"^{WORKER_MERGED}$",
    WORKER_MERGED,
    "This worker was merged with another one a moment ago: read again, and use the one who stays.",
)
conflict_means("^MERGE_FINAL$", "MERGE_FINAL", "Who somebody turned out to be is said once and never taken back.")
conflict_means(
    "nobody_is_merged_into_themselves|merged_worker_holds_nothing",
    "MERGE_FINAL",
    "A worker who was merged into another one stays inactive, without role, supervisor and login.",
)
conflict_means(
    r"distinct_pair_once|personnel_distinctpair\.one_id, personnel_distinctpair\.other_id",
    "CHANGED_MEANWHILE",
    "Somebody else said so at the same moment.",
)
check_means("distinct_pair_in_order", "other_id", "SAME_ROW", "Choose two workers.")
unique_means(
    "personnel_worker_employee_id",
    "personnel_worker.employee_id",
    "employee_id",
    "Another worker has this badge number.",
)
unique_means("personnel_company_code", "personnel_company.code", "code", "There is a company with this code already.")
unique_means("personnel_role_code", "personnel_role.code", "code", "There is a role with this code already.")
unique_means("personnel_area_code", "personnel_area.code", "code", "There is an area with this code already.")
unique_means("personnel_worker_user_id", "personnel_worker.user_id", "user_id", "This login belongs to another worker.")
conflict_means(
    r"one_current_(role|status|placement)|area_assigned_once"
    r"|personnel_(roleassignment|areaassignment|statusperiod)\.worker_id|personnel_areaplacement\.area_id",
    "CHANGED_MEANWHILE",
    "Somebody else changed it at the same moment: read again and repeat.",
)
check_means("area_is_not_its_parent", "parent_id", "AREA_CIRCLE", "An area cannot lie inside itself.")
check_means("nobody_supervises_themselves", "supervisor_id", "SUPERVISOR_CIRCLE", "Nobody can supervise themselves.")
check_means("role_has_its_day", "role_assigned_on", "REQUIRED", "Give the day from which the worker has the role.")
check_means("anonymised_is_not_active", "status", "ANONYMISED", "An anonymised worker cannot become active.")
