"""Recalculating everyone, one course, one role, nothing; and the nightly sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bench import judging, raw
from bench.timing import ROUNDS, Measured, alone, in_turn

LIMIT = 1.6
_LATER = "2026-01-01 00:00:00"


class Calendar:
    """The site's day, which goes on from turn to turn, so that each turn finds something to write."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def next(self) -> datetime:
        """Let a day pass; return the moment."""
        self.at += timedelta(days=1)
        return self.at

    def today(self) -> date:
        """Return the site's day."""
        from titan.core import settings

        return settings.current().today(self.at)


def measures(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure all of them; the site's day goes on meanwhile."""
    whole = everyone(workers, calendar, rounds=rounds)
    yield whole
    yield unchanged(workers, calendar, rounds=rounds)
    course = one_course(workers, calendar, rounds=rounds)
    yield course
    yield Measured(
        "a course against everyone", workers, course.product_ms, whole.product_ms, 3.0, at_least=True, note="× cheaper"
    )
    yield one_role(workers, calendar, rounds=rounds)
    yield from nights(workers, calendar, rounds=rounds)


def nights(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure the sweep alone, and check that the site is what a full rebuild makes of it."""
    yield nightly(workers, calendar, rounds=rounds)
    yield as_rebuilt(workers, calendar)


def everyone(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Measured:
    """Measure the rebuild of a new day."""
    from titan.compliance.commands import rebuild
    from titan.core.actor import system_actor

    def raw_rebuild(_: int) -> None:
        calendar.next()
        with raw.durable_transaction():
            judging.write_items(calendar.today())
            judging.write_verdicts()
            raw.run("UPDATE compliance_sweptday SET day = ?", [calendar.today().isoformat()])

    product, floor = in_turn(lambda _: rebuild(by=system_actor(), at=calendar.next()), raw_rebuild, rounds=rounds)
    return Measured("recalculate everyone", workers, product, floor, LIMIT)


def unchanged(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Measured:
    """Measure the rebuild when every verdict stands, and check that nothing is written."""
    from titan.compliance.commands import rebuild
    from titan.core.actor import system_actor

    written = [rebuild(by=system_actor(), at=calendar.at)]

    def again(_: int) -> None:
        written.append(rebuild(by=system_actor(), at=calendar.at))

    def raw_again(_: int) -> None:
        with raw.durable_transaction():
            judging.write_items(calendar.today())
            judging.write_verdicts()

    product, floor = in_turn(again, raw_again, rounds=rounds)
    total = sum(one.items + one.verdicts for one in written[1:])
    return Measured(
        "recalculate everyone, nothing changed", workers, product, floor, LIMIT, note=f"rows written: {total}"
    )


def one_course(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Measured:
    """Measure a changed rule of one course: the items of everyone for it."""
    from django.db import transaction

    from titan.compliance.commands import refresh
    from titan.core.command import EVERYONE

    course = raw.value("SELECT course_id FROM compliance_rolerequirement GROUP BY course_id ORDER BY COUNT(*) DESC, 1")
    today = calendar.today()

    def product(_: int) -> None:
        with transaction.atomic():
            refresh(EVERYONE, [course], today=today)

    def floor(_: int) -> None:
        with raw.durable_transaction():
            judging.write_items(today, courses=f"r.course_id = {course}")
            judging.write_verdicts(
                f"i.worker_id IN (SELECT worker_id FROM compliance_complianceitem WHERE course_id = {course})"
            )

    product_ms, floor_ms = in_turn(product, floor, rounds=rounds, before=lambda: _turn_rule(f"course_id = {course}"))
    return Measured("recalculate one course's rule", workers, product_ms, floor_ms, LIMIT)


def one_role(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Measured:
    """Measure a changed rule of one role: all items of its workers."""
    from django.db import transaction

    from titan.compliance.commands import refresh
    from titan.personnel.models import Worker

    role = raw.value("SELECT role_id FROM personnel_worker GROUP BY role_id ORDER BY COUNT(*) DESC, 1")
    today = calendar.today()

    def product(_: int) -> None:
        with transaction.atomic():
            refresh(Worker.objects.filter(role_id=role).values_list("id", flat=True), today=today)

    def floor(_: int) -> None:
        with raw.durable_transaction():
            judging.write_items(today, workers=f"w.role_id = {role}")
            judging.write_verdicts(f"i.worker_id IN (SELECT id FROM personnel_worker WHERE role_id = {role})")

    product_ms, floor_ms = in_turn(product, floor, rounds=rounds, before=lambda: _turn_rule(f"role_id = {role}"))
    return Measured("recalculate one role", workers, product_ms, floor_ms, LIMIT)


def _turn_rule(where: str) -> None:
    """Turn rules over: what was due before entry is due after 90 days, and back."""
    turned = {"PRE_MOB": ("POST_MOB", 90), "POST_MOB": ("PRE_MOB", None)}
    with raw.durable_transaction():
        held = raw.rows(
            f"SELECT role_id, course_id, type FROM compliance_rolerequirement WHERE {where} AND until IS NULL"
        )
        raw.run(f"UPDATE compliance_rolerequirement SET until = ? WHERE {where} AND until IS NULL", [_LATER])
        for role, course, kind in held:
            raw.run(
                """INSERT INTO compliance_rolerequirement (role_id, course_id, type, grace_period_days, since)
                VALUES (?, ?, ?, ?, ?)""",
                [role, course, *turned[kind], _LATER],
            )


def nightly(workers: int, calendar: Calendar, *, rounds: int = ROUNDS) -> Measured:
    """Measure the sweep of one night, and say how much it wrote."""
    from titan.compliance.commands import sweep
    from titan.core.actor import system_actor

    written: list[int] = []

    def product(_: int) -> None:
        done = sweep(by=system_actor(), at=calendar.next())
        written.append(done.items)

    def floor(_: int) -> None:
        calendar.next()
        today = calendar.today()
        with raw.durable_transaction():
            _sweep_raw(today)

    product_ms, floor_ms = in_turn(product, floor, rounds=rounds)
    items = sum(written) / len(written)
    note = f"{items:.0f} items a night, {product_ms / max(items, 1) * 1000:.0f} µs each"
    return Measured("nightly sweep", workers, product_ms, floor_ms, note=note)


def _sweep_raw(today: date) -> None:
    """Move on the items whose day has come, from what stands in them, then the worst of each worker."""
    day = f"date '{today.isoformat()}'" if raw.is_postgres() else f"'{today.isoformat()}'"
    due_after, ends_after = (
        f"({column} + 1)" if raw.is_postgres() else f"date({column}, '+1 day')" for column in ("due_on", "expires_on")
    )
    pending = """CASE WHEN EXISTS (SELECT 1 FROM records_competencyrecord c WHERE c.worker_id = i.worker_id
        AND c.course_id = i.course_id AND c.status = 'PENDING' AND c.revoked_at IS NULL) THEN 1 ELSE 0 END"""
    lasts = f"(expires_on IS NOT NULL AND expires_on >= {day})"
    grace = f"(requirement_type = 'POST_MOB' AND due_on >= {day})"
    moved = raw.rows(
        f"""UPDATE compliance_complianceitem AS i SET
            severity = CASE WHEN {lasts} THEN 3 WHEN {grace} THEN 2 ELSE {pending} END,
            next_change_on = CASE WHEN {lasts} THEN {ends_after} WHEN {grace} THEN {due_after} END,
            record_id = CASE WHEN {lasts} THEN record_id END, expires_on = CASE WHEN {lasts} THEN expires_on END
        WHERE next_change_on <= {day} RETURNING worker_id"""
    )
    if moved:
        judging.write_verdicts(f"i.worker_id IN ({', '.join(str(row[0]) for row in moved)})")
    raw.run("UPDATE compliance_sweptday SET day = ?", [today.isoformat()])


def as_rebuilt(workers: int, calendar: Calendar) -> Measured:
    """Check that a site swept night by night is what a full rebuild makes of it."""
    from titan.compliance.commands import rebuild
    from titan.core.actor import system_actor

    found = []
    took = alone(lambda _: found.append(rebuild(by=system_actor(), at=calendar.at)), rounds=1)
    wrong = found[0].items + found[0].verdicts
    return Measured("swept equals rebuilt", workers, took, note=f"rows that differed: {wrong}")
