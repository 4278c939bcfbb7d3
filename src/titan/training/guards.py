"""Sessions as the database sees them: states, bookings, qualification, and what is closed (domain.md §5–7).

A trainer is booked by `training_slot.held_by_id`. Triggers alone keep it: it is the session's trainer while
the session holds resources, else null, whatever anybody writes. PostgreSQL then excludes overlaps by constraint,
SQLite (whose writers are serial) by trigger.
"""

from __future__ import annotations

from titan.core.erasing import is_erased
from titan.core.guards import Guard, check_means, conflict_means, register
from titan.core.merging import follows_merge, not_of_merged
from titan.core.triggers import ALWAYS, Both, changed, differs, function, refuse, sqlite_trigger, trigger
from titan.training.models import Attendee, Slot

SESSION = "training_trainingsession"
SLOT = "training_slot"
HELD = "('SCHEDULED', 'COMPLETED')"
CLOSED = "('COMPLETED', 'CANCELLED')"
BECOMES_HELD = f"(NEW.status IN {HELD} AND NEW.status <> OLD.status)"
ALLOWED = (
    "((OLD.status = 'DRAFT' AND NEW.status IN ('SCHEDULED', 'CANCELLED'))"
    " OR (OLD.status = 'SCHEDULED' AND NEW.status IN ('COMPLETED', 'CANCELLED')))"
)
QUALIFIED = (
    "EXISTS (SELECT 1 FROM resources_qualification WHERE trainer_id = NEW.trainer_id"
    " AND course_id = NEW.course_id AND until IS NULL)"
)
# Whoever writes below a session waits for whoever is closing it, and the other way round.
LOCK_SESSION = (
    f"IF TG_OP <> 'TRUNCATE' THEN PERFORM 1 FROM {SESSION}"
    " WHERE id = COALESCE(NEW.session_id, OLD.session_id) FOR NO KEY UPDATE; END IF"
)


def closed_below(table: str, *, unless_only: str = "") -> Guard:
    """Return the guard that nothing in `table` changes once its session is completed or cancelled."""

    def is_closed(sessions: str) -> str:
        return f"EXISTS (SELECT 1 FROM {SESSION} WHERE id IN ({sessions}) AND status IN {CLOSED})"

    condition = is_closed("NEW.session_id, OLD.session_id")
    return refuse(
        f"{table}_closed",
        table,
        "SESSION_CLOSED",
        insert=is_closed("NEW.session_id"),
        update=f"{unless_only} AND {condition}" if unless_only else condition,
        delete=is_closed("OLD.session_id"),
        truncate=True,
        lock=LOCK_SESSION,
    )


session_guards = [
    refuse(
        "session_closed",
        SESSION,
        "SESSION_CLOSED",
        update=f"OLD.status IN {CLOSED}",
        delete=f"OLD.status IN {CLOSED}",
        truncate=True,
    ),
    refuse(
        "session_transition",
        SESSION,
        "SESSION_TRANSITION",
        insert="NEW.status <> 'DRAFT'",
        update=f"OLD.status NOT IN {CLOSED} AND NEW.status <> OLD.status AND NOT {ALLOWED}",
        delete="OLD.status = 'SCHEDULED'",
    ),
    refuse(
        "session_course",
        SESSION,
        "COURSE_FIXED",
        update=f"OLD.status = 'SCHEDULED' AND {differs('course_id', 'course_version_id', 'id')}",
    ),
    refuse(
        "session_slots",
        SESSION,
        "SLOTS_MISSING",
        update=f"{BECOMES_HELD} AND NOT EXISTS (SELECT 1 FROM {SLOT} WHERE session_id = NEW.id)",
    ),
    refuse(
        "session_qualified",
        SESSION,
        "TRAINER_NOT_QUALIFIED",
        update=f"NEW.status IN {HELD} AND OLD.status NOT IN {CLOSED}"
        f" AND {differs('status', 'trainer_id')} AND NOT {QUALIFIED}",
    ),
]

closed_guards = [
    closed_below(SLOT, unless_only=changed(Slot, but=("held_by_id",))),
    # But for what was remarked about somebody who was erased, and for whom somebody turned out to be.
    closed_below(
        "training_attendee",
        unless_only=f"({changed(Attendee, but=('remarks',))} OR NEW.remarks <> '' OR NOT {is_erased('OLD.worker_id')})"
        f" AND ({changed(Attendee, but=('worker_id',))} OR NOT {follows_merge()})",
    ),
    not_of_merged("training_attendee"),
    closed_below("training_override"),
    closed_below("training_sessionevidence"),
    refuse(
        "finalization_immutable",
        "training_finalization",
        "FINALIZATION_IMMUTABLE",
        update=ALWAYS,
        delete=ALWAYS,
        truncate=True,
    ),
    refuse(
        "finalization_of_held",
        "training_finalization",
        "NOT_SCHEDULED",
        insert=f"NOT EXISTS (SELECT 1 FROM {SESSION} WHERE id = NEW.session_id AND status IN {HELD})",
    ),
]


def holder_of(row: str) -> str:
    """Return the expression for the trainer whom the session `row` books."""
    return f"CASE WHEN {row}.status IN {HELD} THEN {row}.trainer_id END"


HOLDER = f"(SELECT {holder_of('holder')} FROM {SESSION} AS holder WHERE holder.id = NEW.session_id)"

slot_holder = Guard(
    "slot_holder",
    SLOT,
    sqlite=(
        *sqlite_trigger(
            "slot_holder_insert",
            f"AFTER INSERT ON {SLOT} WHEN NEW.held_by_id IS NOT {HOLDER}",
            f"UPDATE {SLOT} SET held_by_id = {HOLDER} WHERE id = NEW.id",
        ),
        *sqlite_trigger(
            "slot_holder_update",
            f"AFTER UPDATE ON {SLOT} WHEN NEW.held_by_id IS NOT {HOLDER}",
            f"UPDATE {SLOT} SET held_by_id = {HOLDER} WHERE id = NEW.id",
        ),
    ),
    postgresql=(
        function(
            "slot_holder",
            f"""BEGIN
  SELECT {holder_of("holder")} INTO NEW.held_by_id FROM {SESSION} AS holder
    WHERE holder.id = NEW.session_id FOR NO KEY UPDATE;
  IF NEW.held_by_id IS NOT NULL THEN
    PERFORM 1 FROM resources_trainer WHERE id = NEW.held_by_id FOR NO KEY UPDATE;
  END IF;
  RETURN NEW;
END""",
        ),
        *trigger("slot_holder", f"BEFORE INSERT OR UPDATE ON {SLOT} FOR EACH ROW", "slot_holder"),
    ),
)

session_holds = Guard(
    "session_holds",
    SESSION,
    sqlite=sqlite_trigger(
        "session_holds",
        f"AFTER UPDATE ON {SESSION} WHEN {differs('status', 'trainer_id')}",
        f"UPDATE {SLOT} SET held_by_id = {holder_of('NEW')}"
        f" WHERE session_id = NEW.id AND held_by_id IS NOT {holder_of('NEW')}",
    ),
    postgresql=(
        # The trainer first: without the lock, bookings that race would end each other as deadlocks.
        function(
            "session_holds",
            f"""BEGIN
  IF {differs("status", "trainer_id")} THEN
    PERFORM 1 FROM resources_trainer WHERE id = NEW.trainer_id AND NEW.status = 'SCHEDULED' FOR NO KEY UPDATE;
    UPDATE {SLOT} SET held_by_id = {holder_of("NEW")}
      WHERE session_id = NEW.id AND held_by_id IS DISTINCT FROM {holder_of("NEW")};
  END IF;
  RETURN NULL;
END""",
        ),
        *trigger("session_holds", f"AFTER UPDATE ON {SESSION} FOR EACH ROW", "session_holds"),
    ),
)

# The lower bound lets the index find the few slots near by: none is longer than a day.
OVERLAPS = (
    "other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at"
    " AND other.starts_at > strftime('%Y-%m-%d %H:%M:%S', NEW.starts_at, '-86401 seconds')"
)


def no_overlap(name: str, code: str, column: str, others: str, where: str = "") -> Guard:
    """Return the guard that slots with the same `column` never overlap; back-to-back is no overlap.

    others: on SQLite, which other slots count. where: on PostgreSQL, which slots are compared at all.
    """
    meets = (
        f"NEW.{column} IS NOT NULL AND EXISTS (SELECT 1 FROM {SLOT} AS other"
        f" WHERE other.{column} = NEW.{column} AND {others} AND {OVERLAPS})"
    )
    refusing = refuse(f"{name}_on_sqlite", SLOT, code, insert=meets, update=meets, after=True)
    # A range of one number instead of the number itself, which would need the extension btree_gist.
    exclusion = (
        f"EXCLUDE USING gist (int8range({column}, {column}, '[]'::text) WITH &&,"
        f" tstzrange(starts_at, ends_at) WITH &&){where}"
    )
    return Guard(
        name,
        SLOT,
        sqlite=refusing.sqlite,
        postgresql=(
            f"ALTER TABLE {SLOT} DROP CONSTRAINT IF EXISTS {name}",
            f"ALTER TABLE {SLOT} ADD CONSTRAINT {name} {exclusion}",
        ),
    )


# SQLite compares moments as text: all must be written alike, as Django writes them.
IS_MOMENT = (
    "strftime('%Y-%m-%d %H:%M:%S', NEW.{0}) IS substr(NEW.{0}, 1, 19)"
    " AND (length(NEW.{0}) = 19 OR substr(NEW.{0}, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')"
)
SLOT_LENGTH = Both(
    sqlite="CAST(strftime('%s', NEW.ends_at) AS INTEGER) - CAST(strftime('%s', NEW.starts_at) AS INTEGER)"
    " NOT BETWEEN 300 AND 86400"
    f" OR NOT ({IS_MOMENT.format('starts_at')} AND {IS_MOMENT.format('ends_at')})",
    postgresql="NEW.ends_at - NEW.starts_at NOT BETWEEN interval '5 minutes' AND interval '24 hours'",
)

slot_guards = [
    slot_holder,
    session_holds,
    no_overlap(
        "trainer_not_double_booked",
        "TRAINER_DOUBLE_BOOKED",
        "held_by_id",
        "other.session_id <> NEW.session_id",
        " WHERE (held_by_id IS NOT NULL)",
    ),
    no_overlap("slots_do_not_overlap", "SLOTS_OVERLAP", "session_id", "other.id <> NEW.id"),
    refuse("slot_length", SLOT, "SLOT_LENGTH", insert=SLOT_LENGTH, update=SLOT_LENGTH),
]

register([*session_guards, *closed_guards, *slot_guards])

conflict_means(
    "^SESSION_CLOSED$",
    "SESSION_CLOSED",
    "This session is completed or cancelled: it does not change any more.",
)
conflict_means("^SESSION_TRANSITION$", "SESSION_TRANSITION", "The session's status changed meanwhile: read it again.")
conflict_means("^COURSE_FIXED$", "COURSE_FIXED", "The course of a session changes only while it is a draft.")
conflict_means("^SLOTS_MISSING$", "SLOTS_MISSING", "Give the session at least one slot first.")
conflict_means("^TRAINER_NOT_QUALIFIED$", "TRAINER_NOT_QUALIFIED", "The trainer is not qualified for this course.")
conflict_means(
    '^TRAINER_DOUBLE_BOOKED$|exclusion constraint "trainer_not_double_booked"',
    "TRAINER_DOUBLE_BOOKED",
    "The trainer was booked for another session at that time a moment ago.",
)
check_means("slot_ends_after_start", "slots", "END_BEFORE_START", "Let each slot end after it starts.")
conflict_means(
    '^SLOTS_OVERLAP$|exclusion constraint "slots_do_not_overlap"',
    "SLOTS_OVERLAP",
    "The slots of a session may not overlap each other.",
)
conflict_means("^SLOT_LENGTH$", "SLOT_LENGTH", "A slot takes 5 minutes to 24 hours.")
conflict_means("^NOT_SCHEDULED$", "NOT_SCHEDULED", "Only a scheduled session can be finalized.")
conflict_means(
    "^FINALIZATION_IMMUTABLE$", "FINALIZATION_IMMUTABLE", "What finalizing did cannot be changed or deleted."
)
conflict_means(
    r'unique constraint "training_finalization_pkey"|failed: training_finalization\.session_id$',
    "ALREADY_FINALIZED",
    "This session was finalized already.",
)
conflict_means(
    r"attendee_once|acknowledged_once|one_sheet_in_force"
    r"|training_(attendee|override|sessionevidence)\.session_id(, training_\w+\.\w+)*$",
    "CHANGED_MEANWHILE",
    "Somebody else changed this session at the same moment: read it again and repeat.",
)
conflict_means(
    "held_session_is_complete",
    "SESSION_INCOMPLETE",
    "A scheduled session has a trainer, a venue and a version.",
)
conflict_means(
    "completed_session_is_finalized",
    "NOT_READY",
    "A completed session has evidence and the time of finalizing.",
)
check_means("result_only_when_attended", "result", "RESULT_NOT_ALLOWED", "Only who attended has a result or a score.")
check_means(
    "verified_needs_pass_and_method",
    "verified",
    "VERIFIED_NOT_ALLOWED",
    "Only who passed can be verified, with a method.",
)
check_means("score_up_to_100", "score", "OUT_OF_RANGE", "Give 0 to 100.")
