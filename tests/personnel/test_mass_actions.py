"""One change for many workers: shown, done as each alone would be, all or nothing, and never other than shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.worlds import thrown_away
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, act, found, refuses, said, settle
from titan.audit.models import AuditEvent
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.queries.mass_effect import MassEffect, mass_effect
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import update_worker
from titan.personnel.mass_actions import queries
from titan.personnel.mass_actions.commands import act_on_workers
from titan.personnel.mass_actions.queries import count_leavers, leavers, lines_of, workers_with
from titan.personnel.mass_actions.rules import Action, MassAction, Outcome, token_of
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod, Worker
from titan.personnel.rules import WorkerChanges

pytestmark = pytest.mark.django_db

TODAY = AT.date()
DAY = timedelta(days=1)
SUPER = cast.actor(Role.SUPER_ADMIN)
REASON = "The night shift moved to the new jetty."


@pytest.fixture
def yard(site: Any) -> dict[str, Any]:
    """Two areas and two roles, each asking for a course before entry; nobody is there yet."""
    made = {"north": cast.make_area(code="N"), "south": cast.make_area(code="S")}
    made |= {"rigger": cast.make_role(), "driver": cast.make_role()}
    for name in list(made):
        made[f"course of {name}"] = cast.make_course()
        cast.require(made[name], made[f"course of {name}"])
    settle()
    return made


def ids(*workers: Worker) -> list[int]:
    return [worker.pk for worker in workers]


def seen(action: MassAction, *workers: Worker) -> MassEffect:
    return mass_effect(action, ids(*workers), by=ADMIN, at=AT)


def outcomes(action: MassAction, *workers: Worker) -> dict[int, tuple[str, str]]:
    lines = lines_of(action, ids(*workers), today=TODAY)
    return {line.worker_id: (line.outcome, line.why.code if line.why else "") for line in lines}


def areas_of(worker: Worker) -> list[tuple[int, date, bool]]:
    rows = AreaAssignment.objects.filter(worker=worker).order_by("id")
    return [(row.area_id, row.assigned_on, row.until is None) for row in rows]


class TestAreas:
    def test_they_are_assigned_from_a_day_on(self, yard: dict[str, Any]) -> None:
        north, south = yard["north"], yard["south"]
        new, half, both = (cast.make_worker(areas=held) for held in ([], [north], [north, south]))
        settle()
        action = MassAction(Action.ASSIGN_AREAS, (north.pk, south.pk), on=date(2026, 11, 1))
        shown = seen(action, new, half, both)
        assert (shown.changing, shown.staying, shown.unable) == (2, 1, 0)
        done = act(act_on_workers, action, ids(new, half, both), REASON, shown=shown.shown)
        assert (done.changed, done.stayed, done.could_not) == (2, 1, 0)
        assert areas_of(new) == [(north.pk, date(2026, 11, 1), True), (south.pk, date(2026, 11, 1), True)]
        assert areas_of(half) == [(north.pk, date(2026, 1, 5), True), (south.pk, date(2026, 11, 1), True)]
        assert len(areas_of(both)) == 2
        events = said("worker.updated")
        assert {(event.entity_id, event.reason) for event in events} == {(pk, REASON) for pk in ids(new, half)}
        assert len(events) == 2

    def test_they_count_from_today_unless_said_otherwise(self, yard: dict[str, Any]) -> None:
        one = cast.make_worker()
        act(act_on_workers, MassAction(Action.ASSIGN_AREAS, (yard["north"].pk,)), ids(one), REASON)
        assert areas_of(one) == [(yard["north"].pk, TODAY, True)]

    def test_they_are_taken_away(self, yard: dict[str, Any]) -> None:
        north, south = yard["north"], yard["south"]
        both, other = cast.make_worker(areas=[north, south]), cast.make_worker(areas=[south])
        settle()
        action = MassAction(Action.TAKE_AREAS, (north.pk,))
        assert outcomes(action, both, other) == {both.pk: ("CHANGES", ""), other.pk: ("STAYS", "NOT_THERE")}
        act(act_on_workers, action, ids(both, other), REASON)
        assert areas_of(both) == [(north.pk, date(2026, 1, 5), False), (south.pk, date(2026, 1, 5), True)]
        assert AreaAssignment.objects.get(worker=both, area=north).until == AT

    def test_nobody_gets_more_than_anybody_may_have(self, yard: dict[str, Any]) -> None:
        many = cast.make_worker(areas=[cast.make_area() for _ in range(50)])
        settle()
        action = MassAction(Action.ASSIGN_AREAS, (yard["north"].pk,))
        assert outcomes(action, many) == {many.pk: ("CANNOT", "TOO_MANY")}
        refuses("NOTHING_CHANGES", act_on_workers, action, ids(many), REASON)


class TestRoles:
    def test_the_role_changes_with_its_day(self, yard: dict[str, Any]) -> None:
        rigger, driver = yard["rigger"], yard["driver"]
        one, two, none = cast.make_worker(role=rigger), cast.make_worker(role=driver), cast.make_worker()
        settle()
        action = MassAction(Action.CHANGE_ROLE, role_id=driver.pk, on=date(2026, 11, 10))
        assert outcomes(action, one, two, none) == {
            one.pk: ("CHANGES", ""),
            none.pk: ("CHANGES", ""),
            two.pk: ("STAYS", "HAS_THE_ROLE"),
        }
        act(act_on_workers, action, ids(one, two, none), REASON)
        for worker, day in ((one, date(2026, 11, 10)), (two, date(2026, 1, 5)), (none, date(2026, 11, 10))):
            worker.refresh_from_db()
            assert (worker.role_id, worker.role_assigned_on) == (driver.pk, day)
        rows = RoleAssignment.objects.filter(worker=one).order_by("id")
        assert [(row.role_id, row.until) for row in rows] == [(rigger.pk, AT), (driver.pk, None)]
        assert said("worker.updated", one.pk)[0].after == {"role_id": driver.pk, "role_assigned_on": "2026-11-10"}


class TestLeaving:
    def test_leavers_go_on_their_own_last_day_or_the_one_given(self, yard: dict[str, Any]) -> None:
        gone = cast.make_worker(end_date=date(2026, 11, 2), areas=[yard["north"]])
        still, later = cast.make_worker(), cast.make_worker(end_date=date(2027, 3, 1))
        settle()
        action = MassAction(Action.DEACTIVATE, on=date(2026, 11, 20))
        shown = seen(action, gone, still, later)
        assert (shown.changing, shown.judged_no_more, shown.turn_red) == (3, 3, 0)
        act(act_on_workers, action, ids(gone, still, later), REASON, shown=shown.shown)
        ends = dict(Worker.objects.values_list("pk", "end_date"))
        assert [ends[one.pk] for one in (gone, still, later)] == [
            *(date(2026, 11, 2), date(2026, 11, 20), date(2026, 11, 20))
        ]
        assert not WorkerVerdict.objects.filter(worker__in=ids(gone, still, later)).exists()
        assert not ComplianceItem.objects.filter(worker=gone).exists()
        rows = StatusPeriod.objects.filter(worker=gone).order_by("id")
        assert [(row.status, row.until) for row in rows] == [("ACTIVE", AT), ("INACTIVE", None)]
        event = said("worker.updated", still.pk)[0]
        assert event.after == {"status": "INACTIVE", "personal_fields": ["end_date"]}

    def test_who_stays_and_who_cannot(self, yard: dict[str, Any]) -> None:
        away, banned = cast.make_worker(status="INACTIVE"), cast.make_worker(status="BLACKLISTED")
        late = cast.make_worker(start_date=date(2026, 11, 21))
        action = MassAction(Action.DEACTIVATE, on=date(2026, 11, 20))
        assert outcomes(action, away, banned, late) == {
            away.pk: ("STAYS", "INACTIVE_ALREADY"),
            banned.pk: ("CANNOT", "BLACKLISTED"),
            late.pk: ("CANNOT", "END_BEFORE_START"),
        }

    def test_they_come_back(self, yard: dict[str, Any]) -> None:
        back = cast.make_worker(status="INACTIVE", end_date=date(2026, 11, 1), role=yard["rigger"])
        soon = cast.make_worker(status="INACTIVE", end_date=date(2027, 1, 1))
        here, banned = cast.make_worker(), cast.make_worker(status="BLACKLISTED")
        settle()
        action = MassAction(Action.REACTIVATE)
        shown = seen(action, back, soon, here, banned)
        assert (shown.changing, shown.staying, shown.unable) == (2, 1, 1)
        assert (shown.turn_red, shown.turn_green, shown.judged_no_more) == (1, 1, 0)
        assert [one.id for one in shown.named_red] == ids(back)
        act(act_on_workers, action, ids(back, soon, here, banned), REASON, shown=shown.shown)
        ends = dict(Worker.objects.values_list("pk", "end_date"))
        assert [ends[one.pk] for one in (back, soon)] == [None, date(2027, 1, 1)]
        assert ComplianceItem.objects.get(worker=back).severity == Severity.NON_COMPLIANT

    def test_leavers_are_proposed(self, yard: dict[str, Any]) -> None:
        gone = cast.make_worker(last_name="B", end_date=TODAY - DAY)
        first = cast.make_worker(last_name="A", end_date=date(2020, 1, 1))
        cast.make_worker(end_date=TODAY)
        cast.make_worker(status="INACTIVE", end_date=TODAY - DAY)
        assert leavers(today=TODAY) == ids(first, gone)
        assert count_leavers(today=TODAY) == 2


class TestThePreview:
    def test_who_turns_red_and_what_is_asked(self, yard: dict[str, Any]) -> None:
        workers = [cast.make_worker(last_name=f"Aa{number:02}") for number in range(14)]
        cast.make_record(workers[0], yard["course of north"])
        settle()
        action = MassAction(Action.ASSIGN_AREAS, (yard["north"].pk,))
        shown = mass_effect(action, ids(*workers), by=ADMIN, at=AT, limit=10)
        assert (shown.turn_red, shown.turn_green, shown.turn_yellow, shown.turn_blue) == (13, 0, 0, 0)
        assert [one.last_name for one in shown.named_red] == [f"Aa{number:02}" for number in range(1, 13)]
        assert [(one.course_id, one.anew) for one in shown.courses] == [(yard["course of north"].pk, 14)]
        first, second = shown.page.items[:2]
        assert (first.status_before, first.status_after) == ("COMPLIANT", "COMPLIANT")
        assert (second.worker.last_name, second.status_after) == ("Aa01", "NON_COMPLIANT")
        rest = mass_effect(action, ids(*workers), by=ADMIN, at=AT, limit=10, cursor=shown.page.next_cursor)
        assert (len(rest.page.items), rest.page.next_cursor, rest.page.total) == (4, None, 14)
        assert not AreaAssignment.objects.exists()
        assert not AuditEvent.objects.filter(action="worker.updated").exists()
        verdict_equals_rebuild(AT)

    def test_nothing_to_do_is_shown_and_refused(self, yard: dict[str, Any]) -> None:
        here = cast.make_worker()
        settle()
        assert seen(MassAction(Action.REACTIVATE), here).staying == 1
        refuses("NOTHING_CHANGES", act_on_workers, MassAction(Action.REACTIVATE), ids(here), REASON)

    def test_something_else_than_was_shown_is_refused_with_who_changed(self, yard: dict[str, Any]) -> None:
        workers = [cast.make_worker(last_name=f"Aa{number}") for number in range(5)]
        settle()
        action = MassAction(Action.CHANGE_ROLE, role_id=yard["driver"].pk)
        token = seen(action, *workers).shown
        update_worker(workers[3].pk, WorkerChanges(role_id=yard["rigger"].pk), by=ADMIN, at=AT)
        update_worker(workers[1].pk, WorkerChanges(role_id=yard["driver"].pk), by=ADMIN, at=AT)
        # What does not concern the action is no change.
        update_worker(workers[2].pk, WorkerChanges(phone="12345"), by=ADMIN, at=AT)
        refusal = refuses("CHANGED_SINCE", act_on_workers, action, ids(*workers), REASON, shown=token)
        assert refusal.extra["worker_ids"] == ids(workers[1], workers[3])
        assert f"2 of 5 workers: {workers[1].employee_id}, {workers[3].employee_id}." in refusal.detail
        act(act_on_workers, action, ids(*workers), REASON, shown=seen(action, *workers).shown)

    def test_another_list_than_was_shown_is_refused(self, yard: dict[str, Any]) -> None:
        workers = [cast.make_worker() for _ in range(3)]
        settle()
        action = MassAction(Action.CHANGE_ROLE, role_id=yard["driver"].pk)
        token = seen(action, *workers[:2]).shown
        refuses("CHANGED_SINCE", act_on_workers, action, ids(*workers), REASON, shown=token)
        other = MassAction(Action.CHANGE_ROLE, role_id=yard["rigger"].pk)
        refuses("CHANGED_SINCE", act_on_workers, other, ids(*workers[:2]), REASON, shown=token)
        refuses("CHANGED_SINCE", act_on_workers, action, ids(*workers[:2]), REASON, shown="x")

    def test_a_token_names_each_worker_in_a_few_letters(self, yard: dict[str, Any]) -> None:
        workers = [cast.make_worker() for _ in range(20)]
        action = MassAction(Action.CHANGE_ROLE, role_id=yard["driver"].pk)
        assert len(token_of(lines_of(action, ids(*workers), today=TODAY))) == 64 + 4 * 20


class TestRefusals:
    def test_everything_that_is_wrong_is_said_at_once(self, yard: dict[str, Any]) -> None:
        one = cast.make_worker()
        tries = (
            (MassAction(Action.ASSIGN_AREAS), [("area_ids", "OUT_OF_RANGE")]),
            (MassAction(Action.ASSIGN_AREAS, (0,)), [("area_ids", "UNKNOWN")]),
            (MassAction(Action.TAKE_AREAS, (2**63,)), [("area_ids", "UNKNOWN")]),
            (MassAction(Action.ASSIGN_AREAS, tuple(range(1, 22))), None),
            (MassAction(Action.CHANGE_ROLE), [("role_id", "REQUIRED")]),
            (MassAction(Action.CHANGE_ROLE, role_id=999_999), [("role_id", "UNKNOWN")]),
            (
                MassAction(Action.CHANGE_ROLE, role_id=0, on=date(2028, 1, 1)),
                [("on", "OUT_OF_RANGE"), ("role_id", "UNKNOWN")],
            ),
            (MassAction(Action.DEACTIVATE, on=TODAY + DAY), [("on", "OUT_OF_RANGE")]),
            (MassAction(Action.DEACTIVATE, on=date(1949, 1, 1)), [("on", "OUT_OF_RANGE")]),
        )
        for action, errors in tries:
            with pytest.raises(Invalid) as caught:
                mass_effect(action, ids(one), by=ADMIN, at=AT)
            if errors is not None:
                assert found(caught.value.errors) == errors, action
            with pytest.raises(Invalid):
                act_on_workers(action, ids(one), REASON, by=ADMIN, at=AT)

    def test_who_it_is_about(self, yard: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        one, other, action = cast.make_worker(), cast.make_worker(), MassAction(Action.DEACTIVATE)
        settle()
        for workers, code in (([], "OUT_OF_RANGE"), ([one.pk, 999_999, 0, 2**63], "UNKNOWN")):
            refusal = refuses(code, act_on_workers, action, workers, REASON)
            assert found(refusal.errors) == [("worker_ids", code)]
        monkeypatch.setattr(queries, "MOST_AT_ONCE", 1)
        refuses("OUT_OF_RANGE", act_on_workers, action, ids(one, other), REASON)

    def test_a_reason_that_names_nobody_is_required(self, yard: dict[str, Any]) -> None:
        one, action = cast.make_worker(), MassAction(Action.DEACTIVATE)
        settle()
        for reason in ("", " \n", "\u200b"):
            refuses("REASON_REQUIRED", act_on_workers, action, ids(one), reason)
        refuses("NAMES_THE_PERSON", act_on_workers, action, ids(one), f"{one.first_name} {one.last_name} left")
        refuses("TOO_LONG", act_on_workers, action, ids(one), "x" * 2001)

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
    def test_only_admins(self, yard: dict[str, Any], by: Any) -> None:
        one, action = cast.make_worker(), MassAction(Action.DEACTIVATE)
        settle()
        refuses("FORBIDDEN", act_on_workers, action, ids(one), REASON, by=by)
        with pytest.raises(Forbidden):
            mass_effect(action, ids(one), by=by, at=AT)
        act(act_on_workers, action, ids(one), REASON, by=SUPER)

    def test_erased_and_merged_rows_cannot_be_changed(self, yard: dict[str, Any]) -> None:
        erased, gone, stays = cast.make_worker(status="INACTIVE"), cast.make_worker(), cast.make_worker()
        settle()
        anonymise_worker(erased.pk, "Asked for it", by=SUPER, at=AT)
        merge_workers(gone.pk, stays.pk, "The same identity card", by=ADMIN, at=AT)
        for action in (MassAction(Action.REACTIVATE), MassAction(Action.ASSIGN_AREAS, (yard["north"].pk,))):
            told = outcomes(action, erased, gone)
            assert told == {erased.pk: ("CANNOT", "WORKER_ANONYMISED"), gone.pk: ("CANNOT", "WORKER_MERGED")}


def test_badges_are_looked_up_as_they_are_pasted(yard: dict[str, Any]) -> None:
    one, two = cast.make_worker(employee_id="A-1"), cast.make_worker(employee_id="A-2")
    gone = cast.make_worker(employee_id="A-3")
    settle()
    merge_workers(gone.pk, one.pk, "The same identity card", by=ADMIN, at=AT)
    told = workers_with(["A-2", " A-1 ", "", "A-2", "A-3", "A-9"])
    assert told.worker_ids == (two.pk, one.pk)
    assert (told.unknown, told.now) == (("A-9",), {"A-3": "A-1"})


def test_statements_do_not_grow_with_the_workers(yard: dict[str, Any]) -> None:
    actions = (
        MassAction(Action.ASSIGN_AREAS, (yard["north"].pk, yard["south"].pk)),
        MassAction(Action.TAKE_AREAS, (yard["south"].pk,)),
        MassAction(Action.CHANGE_ROLE, role_id=yard["driver"].pk),
        MassAction(Action.DEACTIVATE),
        MassAction(Action.REACTIVATE),
    )
    costs = []
    for number in (1, 20, 200):
        with thrown_away():
            workers = [cast.make_worker(areas=[yard["south"]], role=yard["rigger"]) for _ in range(number)]
            settle()
            cost = []
            for action in actions:
                with CaptureQueriesContext(connection) as looking:
                    shown = seen(action, *workers)
                with CaptureQueriesContext(connection) as doing:
                    done = act_on_workers(action, ids(*workers), REASON, shown=shown.shown, by=ADMIN, at=AT)
                assert done.changed == number
                cost += [len(looking), len(doing)]
            costs.append(cost)
    assert costs[0] == costs[1] == costs[2], costs
    assert max(costs[0]) <= 60, costs


# ------------------------------------------------------------------------------------ as each alone


def crowd(dice: Random, yard: dict[str, Any]) -> list[Worker]:
    """Make up workers of every kind: statuses, areas, roles, first and last days."""
    areas, roles = [yard["north"], yard["south"]], [yard["rigger"], yard["driver"], None]
    made = []
    for _ in range(dice.randint(1, 8)):
        start = dice.choice((None, TODAY - dice.randint(0, 30) * DAY))
        end = dice.choice((None, (start or TODAY) + dice.randint(0, 40) * DAY))
        worker = cast.make_worker(
            status=dice.choice(("ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE", "BLACKLISTED")),
            areas=dice.sample(areas, dice.randint(0, 2)),
            role=dice.choice(roles),
            assigned_on=TODAY - dice.randint(0, 60) * DAY,
            start_date=start,
            end_date=end,
        )
        if dice.random() < 0.4:
            cast.make_record(worker, yard[dice.choice(["course of north", "course of rigger"])])
        made.append(worker)
    return made


def drawn(dice: Random, yard: dict[str, Any]) -> MassAction:
    areas = tuple(area.pk for area in dice.sample([yard["north"], yard["south"]], dice.randint(1, 2)))
    day = dice.choice((None, TODAY - dice.randint(0, 40) * DAY))
    role = dice.choice((yard["rigger"], yard["driver"])).pk
    return MassAction(dice.choice(list(Action)), areas, role, day)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return what is written of workers, their histories and verdicts, and what the log was told, without numbers."""
    events = ("action", "entity_id", "before", "after", "reason", "actor_id")
    return {
        "workers": list(Worker.objects.order_by("pk").values_list()),
        "roles": _rows(RoleAssignment, "worker_id", "role_id", "assigned_on", "since", "until"),
        "areas": _rows(AreaAssignment, "worker_id", "area_id", "assigned_on", "since", "until"),
        "periods": _rows(StatusPeriod, "worker_id", "status", "since", "until"),
        "items": _rows(ComplianceItem, "worker_id", "course_id", "severity", "due_on", "next_change_on"),
        "verdicts": _rows(WorkerVerdict, "worker_id", "severity", "company_id"),
        "events": sorted(map(repr, AuditEvent.objects.filter(action="worker.updated").values_list(*events))),
    }


def _rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*columns), key=repr)


def alone(action: MassAction, worker: Worker, at: datetime) -> None:
    """Do to one worker what the action does, by the command for one worker."""
    line = lines_of(action, [worker.pk], today=TODAY)[0]
    if line.outcome is Outcome.CHANGES:
        changes = {name: getattr(line.after, name) for name in line.names}
        update_worker(worker.pk, WorkerChanges(**changes), reason=REASON, by=ADMIN, at=at)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_many_at_once_are_changed_as_each_alone(yard: dict[str, Any], seed: int) -> None:
    with thrown_away():
        dice = Random(seed)
        workers, action = crowd(dice, yard), drawn(dice, yard)
        settle()
        shown = seen(action, *workers)
        with thrown_away():
            for worker in workers:
                alone(action, worker, AT)
            wanted = everything()
        if shown.changing == 0:
            with pytest.raises(Conflict) as caught:
                act_on_workers(action, ids(*workers), REASON, by=ADMIN, at=AT)
            assert caught.value.code == "NOTHING_CHANGES"
            return
        before = dict(WorkerVerdict.objects.values_list("worker_id", "severity"))
        act_on_workers(action, ids(*workers), REASON, shown=shown.shown, by=ADMIN, at=AT)
        verdict_equals_rebuild(AT)
        done = everything()
        for name, rows in wanted.items():
            assert done[name] == rows, name
        after = dict(WorkerVerdict.objects.values_list("worker_id", "severity"))
        for line in shown.page.items:
            for verdicts, told in ((before, line.status_before), (after, line.status_after)):
                severity = verdicts.get(line.worker.id)
                assert told == (None if severity is None else Severity(severity).name)
        turned = {pk for pk in after if after[pk] == Severity.NON_COMPLIANT and before.get(pk) != after[pk]}
        assert shown.turn_red == len(turned)
        assert {one.id for one in shown.named_red} == turned
        assert shown.judged_no_more == len(before.keys() - after.keys())
