"""The unit of work: everything or nothing, said aloud, joined by inner commands, repeated after a deadlock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from tests import cast
from titan.audit.models import AuditEvent
from titan.core import command as unit_of_work
from titan.core.actor import Actor, Role, Via, system_actor
from titan.core.command import (
    EVERYONE,
    Said,
    SilentCommandError,
    Touched,
    Unit,
    before_commit,
    command,
    current_unit,
    nothing_changed,
    say,
    say_all,
    touch,
)
from titan.core.errors import Conflict, Invalid
from titan.personnel.models import Company

BY = cast.actor(Role.HSE_ADMIN, user_id=7)


@command
def make_company(code: str, *, by: Actor, at: datetime, name: str = "Bosphorus") -> int:
    company = Company.objects.create(code=code, name=name, search_key=name)
    say("company.created", "company", company.pk, after={"code": code})
    return company.pk


@command
def make_silently(code: str, *, by: Actor, at: datetime) -> None:
    Company.objects.create(code=code, name="", search_key="")


@command
def make_two(first: str, second: str, *, by: Actor, at: datetime) -> None:
    make_company(first, by=by, at=at)
    make_company(second, by=by, at=at)


@command
def make_and_fail(code: str, *, by: Actor, at: datetime) -> None:
    make_company(code, by=by, at=at)
    raise Conflict("NO", "Not today.")


@pytest.mark.django_db
def test_what_was_said_is_written_with_who_when_and_why(at: datetime) -> None:
    made = make_company("A", by=cast.actor(Role.SUPER_ADMIN, user_id=3, via=Via.CLI), at=at)
    event = AuditEvent.objects.get()
    assert (event.action, event.entity, event.entity_id) == ("company.created", "company", made)
    assert (event.actor_id, event.actor_role, event.via, event.at) == (3, "SUPER_ADMIN", "CLI", at)
    assert (event.before, event.after, event.reason) == (None, {"code": "A"}, "")


@pytest.mark.django_db
def test_silence_is_refused_and_leaves_nothing(at: datetime) -> None:
    with pytest.raises(SilentCommandError, match="make_silently"):
        make_silently("A", by=BY, at=at)
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_finding_everything_as_asked_for_needs_no_event(at: datetime) -> None:
    @command
    def look(*, by: Actor, at: datetime) -> str:
        nothing_changed()
        return "as it was"

    assert look(by=BY, at=at) == "as it was"
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_a_refusal_leaves_nothing(at: datetime) -> None:
    with pytest.raises(Conflict):
        make_and_fail("A", by=BY, at=at)
    assert not Company.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_inner_commands_join_the_outer_one(at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        make_two("A", "A", by=BY, at=at)
    assert [error.field for error in refused.value.errors] == ["code"]
    assert not Company.objects.exists()
    make_two("A", "B", by=BY, at=at)
    assert AuditEvent.objects.count() == 2


@pytest.mark.django_db
def test_all_events_of_a_unit_are_one_statement(at: datetime, django_assert_num_queries: Any) -> None:
    @command
    def talk(number: int, *, by: Actor, at: datetime) -> None:
        say_all(Said("x.done", "x", place, after={"n": place}) for place in range(number))

    for number in (1, 500):
        with django_assert_num_queries(3):  # savepoint, events, release
            talk(number, by=BY, at=at)
    assert AuditEvent.objects.count() == 501


def test_writing_outside_of_a_command_is_refused() -> None:
    with pytest.raises(LookupError, match="@command"):
        say("x.done", "x", 1)
    with pytest.raises(LookupError):
        touch([1])
    with pytest.raises(LookupError):
        current_unit()


@pytest.mark.django_db
def test_a_naive_time_is_a_bug(at: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        make_company("A", by=BY, at=at.replace(tzinfo=None))


@pytest.mark.django_db
def test_a_constraint_becomes_a_refusal_and_never_an_error(at: datetime) -> None:
    make_company("A", by=BY, at=at)
    with pytest.raises(Invalid) as refused:
        make_company("A", by=BY, at=at)
    assert (refused.value.status, refused.value.code) == (422, "NOT_UNIQUE")


@pytest.mark.django_db
def test_what_people_typed_means_nothing_to_the_guards(at: datetime) -> None:
    make_company("TRAINER_DOUBLE_BOOKED", by=BY, at=at)
    with pytest.raises(Invalid) as refused:
        make_company("TRAINER_DOUBLE_BOOKED", by=BY, at=at)
    assert refused.value.code == "NOT_UNIQUE"


@pytest.mark.django_db
def test_what_is_in_use_is_not_deleted(at: datetime) -> None:
    company = cast.make_worker().company

    @command
    def delete(*, by: Actor, at: datetime) -> None:
        company.delete()

    with pytest.raises(Conflict) as refused:
        delete(by=BY, at=at)
    assert refused.value.code == "IN_USE"


@pytest.mark.django_db
def test_an_error_that_is_no_guard_stays_an_error(at: datetime) -> None:
    @command
    def blunder(*, by: Actor, at: datetime) -> None:
        Company.objects.create(code="A", name=None, search_key="")  # type: ignore[misc]

    with pytest.raises(IntegrityError):
        blunder(by=BY, at=at)


@pytest.fixture
def steps() -> Iterator[list[Unit]]:
    """The units that came to their end, as a step of a floor sees them."""
    seen: list[Unit] = []
    before = list(unit_of_work._steps)
    before_commit(seen.append)
    yield seen
    unit_of_work._steps[:] = before


@pytest.mark.django_db
def test_steps_run_once_per_outermost_unit(at: datetime, steps: list[Unit]) -> None:
    make_two("A", "B", by=BY, at=at)
    assert [len(unit.events) for unit in steps] == [2]


@pytest.mark.django_db
def test_a_step_that_fails_takes_everything_back(at: datetime, steps: list[Unit]) -> None:
    def fail(unit: Unit) -> None:
        raise RuntimeError("verdicts cannot be refreshed")

    before_commit(fail)
    with pytest.raises(RuntimeError, match="verdicts"):
        make_company("A", by=BY, at=at)
    assert not Company.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_the_unit_ends_also_after_an_error(at: datetime) -> None:
    with pytest.raises(Conflict):
        make_and_fail("A", by=BY, at=at)
    with pytest.raises(LookupError):
        current_unit()


@pytest.mark.django_db
def test_touches_add_up(at: datetime, steps: list[Unit]) -> None:
    @command
    def touch_twice(*, by: Actor, at: datetime) -> None:
        touch([1, 2], [10])
        touch([2, 3], [11])
        nothing_changed()

    @command
    def touch_every_course(*, by: Actor, at: datetime) -> None:
        touch([1], [10])
        touch([2], None)
        nothing_changed()

    real = list(unit_of_work._steps)
    unit_of_work._steps[:] = [steps.append]
    try:
        touch_twice(by=BY, at=at)
        touch_every_course(by=BY, at=at)
    finally:
        unit_of_work._steps[:] = real
    assert (steps[0].touched.workers, steps[0].touched.courses) == ({1, 2, 3}, {10, 11})
    assert (steps[1].touched.workers, steps[1].touched.courses) == ({1, 2}, None)


def test_nobody_touched_is_falsy() -> None:
    assert not Touched()
    assert Touched(everyone=True)
    assert Touched(roles={1})
    assert EVERYONE == "everyone"


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again(at: datetime) -> None:
    tries = []

    @command
    def unlucky(*, by: Actor, at: datetime) -> int:
        tries.append(1)
        company = Company.objects.create(code=f"T{len(tries)}", name="", search_key="")
        say("company.created", "company", company.pk)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return company.pk

    unlucky(by=BY, at=at)
    assert len(tries) == 3
    assert list(Company.objects.values_list("code", flat=True)) == ["T3"]
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_busy_is_an_error_in_the_end(at: datetime) -> None:
    tries = []

    @command
    def hopeless(*, by: Actor, at: datetime) -> None:
        tries.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        hopeless(by=BY, at=at)
    assert len(tries) == unit_of_work.TRIES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [DatabaseError("disk I/O error"), OperationalError("no such table")])
def test_other_errors_are_not_tried_again(at: datetime, error: Exception) -> None:
    tries = []

    @command
    def broken(*, by: Actor, at: datetime) -> None:
        tries.append(1)
        raise error

    with pytest.raises(type(error)):
        broken(by=BY, at=at)
    assert len(tries) == 1


def test_the_system_may_do_everything() -> None:
    assert system_actor().is_admin
    assert system_actor().via is Via.SYSTEM
    assert [role for role in Role if cast.actor(role).is_admin] == [Role.SUPER_ADMIN, Role.HSE_ADMIN]
