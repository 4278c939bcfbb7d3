"""Verifications that are kept: asked for, run in the background, interrupted; the alarms they raise and let rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from tests import cast
from tests.api.classroom import Classroom
from tests.api.client import body_of, need_problem
from tests.api.life import live
from tests.ledger.verifying.edits import sql, without_guards
from tests.training.acting import PASSED, held, settle
from titan.audit.models import AuditEvent
from titan.core import guards, jobs, pieces
from titan.core.actor import Role
from titan.evidence.models import EvidenceFile
from titan.ledger.alarms import MOST_OF_A_CODE, Alarms, count_open_alarms, open_alarms
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import Alarm, AlarmKind, Leaf, Verification
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.runs import ALIVE, WAITS, Run, ask_verification, begin_run, last_time, take_asked
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession
from titan.training.queries.gate import _circumstances
from titan.training.verify import running
from titan.training.verify.running import since_last_time, verify_and_keep, verify_asked, verify_night

ADMIN = cast.actor(user_id=101)


def at_of(hours: float = 0) -> datetime:
    return cast.AT + timedelta(hours=hours)


def clock_at(hours: float = 0) -> Callable[[], datetime]:
    return lambda: at_of(hours)


def verify(*, full: bool = True, hours: float = 0) -> list[str]:
    """Verify as the command line does; return the codes of what is wrong."""
    found = verify_and_keep(full=full, clock=clock_at(hours), progress=lambda done, total, label: None)
    return [problem.code for problem in found]


@pytest.fixture
def worker(room: Classroom) -> int:
    made = live(room)
    sign_head()
    return made


@contextmanager
def lost_file() -> Iterator[EvidenceFile]:
    """While this lasts, the file of some evidence is gone."""
    evidence = EvidenceFile.objects.order_by("pk").first()
    assert evidence is not None
    path = Path(django_settings.TITAN_EVIDENCE_DIR) / evidence.key
    content = path.read_bytes()
    path.unlink()
    try:
        yield evidence
    finally:
        path.write_bytes(content)


class TestAskingForOne:
    def test_it_runs_where_nights_run_and_says_how_far_it_is(self, room: Classroom, worker: int, clock: Any) -> None:
        auditor = room.clients[Role.AUDITOR]
        asked = auditor.post("/ledger/verify", {"full": True})
        assert asked.status_code == 202
        made = body_of(asked)
        assert (made["state"], made["done"], made["is_full"]) == ("WAITING", 0, True)
        assert made["asked_by_id"] == room.users[Role.AUDITOR].pk
        problem = need_problem(room.admin.post("/ledger/verify", {}), 409, "VERIFICATION_RUNNING")
        assert problem["verification_id"] == made["id"]
        assert jobs.run_asked(clock=clock_at()) is True
        assert jobs.run_asked(clock=clock_at()) is False
        done = body_of(auditor.get(f"/ledger/verifications/{made['id']}"))
        assert (done["state"], done["found"], done["failure"]) == ("FINISHED", 0, "")
        assert done["done"] == done["total"] > done["size"] == Leaf.objects.count()
        listed = body_of(auditor.get("/ledger/verifications"))
        assert [one["id"] for one in listed["items"]] == [made["id"]]
        assert auditor.post("/ledger/verify").status_code == 202

    def test_who_may(self, room: Classroom) -> None:
        for role in (Role.TRAINER, Role.ASSESSOR):
            for path in ("/ledger/verifications", "/ledger/verifications/1", "/ledger/alarms"):
                need_problem(room.clients[role].get(path), 403, "FORBIDDEN")
            need_problem(room.clients[role].post("/ledger/verify", {"full": True}), 403, "FORBIDDEN")
        need_problem(room.admin.get("/ledger/verifications/999"), 404, "NOT_FOUND")

    def test_the_audit_log_knows_who_asked(self, site: Any) -> None:
        made = ask_verification(by=ADMIN, at=at_of())
        event = AuditEvent.objects.get(action="verification.asked")
        assert (event.entity, event.entity_id, event.actor_id) == ("verification", made, 101)

    def test_one_of_a_killed_process_is_interrupted(self, room: Classroom, clock: Any) -> None:
        made = ask_verification(by=ADMIN, at=at_of())
        assert take_asked(at_of()) is not None
        # Nobody else takes it up, and nobody may ask for another one while it is alive.
        assert take_asked(at_of()) is None
        path = f"/ledger/verifications/{made}"
        assert body_of(room.admin.get(path))["state"] == "RUNNING"
        Verification.objects.filter(pk=made).update(alive_until=at_of() - timedelta(seconds=1))
        assert body_of(room.admin.get(path))["state"] == "INTERRUPTED"
        assert ask_verification(by=ADMIN, at=at_of()) != made

    def test_one_that_nobody_takes_up_does_not_wait_for_ever(self, site: Any) -> None:
        made = ask_verification(by=ADMIN, at=at_of())
        later = at_of() + WAITS + timedelta(seconds=1)
        assert take_asked(later) is None
        assert ask_verification(by=ADMIN, at=later) != made

    def test_one_that_broke_off_says_so(self, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        made = ask_verification(by=ADMIN, at=at_of())

        def broken(**_given: Any) -> Any:
            raise OSError("a secret path")

        monkeypatch.setattr(running, "verify_site", broken)
        with pytest.raises(OSError, match="secret"):
            verify_asked(clock_at())
        row = Verification.objects.get(pk=made)
        assert (row.failure, row.finished_at) == ("OSError", at_of())

    def test_a_run_is_kept_alive_while_it_goes_on(self, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        row = begin_run(full=True, at=at_of())
        run = Run(row, clock_at(1))
        run.progress(3, 9, "")
        row.refresh_from_db()
        assert (row.done, row.total, row.alive_until) == (3, 9, at_of(1) + ALIVE)


class TestAlarms:
    def test_a_full_verification_raises_them_and_lets_them_rest(self, worker: int) -> None:
        assert verify() == []
        with lost_file() as evidence:
            assert verify(hours=1) == ["MISSING"]
            (raised,) = open_alarms()
            assert (raised.kind, raised.code, raised.entity, raised.entity_id) == (
                *("EVIDENCE", "MISSING", "evidence"),
                evidence.pk,
            )
            assert verify(hours=2) == ["MISSING"]
            (again,) = open_alarms()
            assert (again.pk, again.seen_at) == (raised.pk, at_of(2))
        # A part does not let it rest, the whole does.
        assert verify(full=False, hours=3) == []
        assert len(open_alarms()) == 1
        assert verify(hours=4) == []
        assert open_alarms() == []
        assert Alarm.objects.get().resolved_at == at_of(4)

    def test_those_of_ledger_and_guards_stop_every_finalization(self, worker: int) -> None:

        session = TrainingSession.objects.order_by("pk").first()
        assert session is not None
        with without_guards():
            assert _circumstances(session)[3] is False
            sql("UPDATE records_trainingrecord SET score = 3 WHERE id = (SELECT MIN(id) FROM records_trainingrecord)")
            assert {"GUARD_MISSING", "ROW_DIFFERS"} <= set(verify())
            assert _circumstances(session)[3] is True
            assert count_open_alarms().stopping > 1

    def test_of_a_store_that_cannot_be_read_nothing_is_known(self, site: Any) -> None:
        old = Alarm.objects.create(
            kind="EVIDENCE",
            code="TAMPERED",
            entity="evidence",
            entity_id=4,
            detail="x",
            found_at=at_of(-1),
            seen_at=at_of(-1),
        )
        run = Run(begin_run(full=True, at=at_of()), clock_at())
        run.heard(Problem("UNREADABLE", "evidence 4", "cannot be read", entity="evidence", entity_id=4))
        run.finish()
        assert open_alarms() == [old]

    def test_very_many_of_a_kind_are_summed_up(self, site: Any) -> None:
        alarms = Alarms(at_of())
        for number in range(MOST_OF_A_CODE + 50):
            alarms.heard(AlarmKind.LEDGER, "ROW_DIFFERS", "training_record", number, "x")
        alarms.close(mended=True, unsure=lambda _: False, at=at_of())
        assert len(open_alarms()) == MOST_OF_A_CODE + 1
        assert alarm("X", "leaf", 0, "first").where == "leaf 0"

    def test_they_are_listed(self, room: Classroom, worker: int, clock: Any) -> None:
        with lost_file() as evidence:
            verify()
        verify(hours=1)
        (listed,) = body_of(room.clients[Role.AUDITOR].get("/ledger/alarms"))["items"]
        assert (listed["code"], listed["entity"], listed["entity_id"]) == ("MISSING", "evidence", evidence.pk)
        assert body_of(room.admin.get("/ledger/alarms?open=true"))["items"] == []
        assert len(body_of(room.admin.get("/ledger/alarms?open=false"))["items"]) == 1


class TestNights:
    def test_a_night_looks_at_what_is_new_and_at_a_slice_of_the_rest(self, worker: int) -> None:
        assert verify() == []
        assert last_time().size == Leaf.objects.count()
        verify_night(at_of())
        newest = Verification.objects.order_by("-pk")[0]
        assert (newest.is_full, newest.found, newest.failure) == (False, 0, "")
        assert last_time().turn == 1
        within = since_last_time()
        assert (within.leaves.since, within.leaves.turn) == (Leaf.objects.count(), 1)

    def test_an_asked_part(self, worker: int) -> None:
        ask_verification(by=ADMIN, at=at_of(), full=False)
        assert verify_asked(clock_at()) is True
        assert verify_asked(clock_at()) is False
        assert Verification.objects.get().finished_at is not None

    def test_a_new_file_is_looked_at_in_any_slice(self, worker: int) -> None:
        verify(hours=-100)
        for turn in range(3):
            with lost_file():
                assert verify(full=False, hours=turn - 90) == ["MISSING"], turn

    def test_they_are_registered(self) -> None:
        assert "verify what is new" in jobs.nightly_jobs()


@pytest.mark.django_db(transaction=True)
def test_what_is_found_is_kept_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "AT_ONCE", 1)
    cast.make_site()
    course, people = cast.make_course(), [cast.make_worker() for _ in range(3)]
    settle()
    finalize_session(held(course, dict.fromkeys(people, PASSED)).pk, by=ADMIN, at=cast.AT)
    guards.remove()
    sql("UPDATE records_trainingrecord SET expires_on = '2031-01-01', valid_until = '2031-01-01'")
    guards.install()
    found = 0
    for _problem in verify_and_keep(full=True, clock=clock_at(1), progress=lambda done, total, label: None):
        found += 1
        somebody = Thread(target=_write_something)
        somebody.start()
        somebody.join()
    assert found >= 3 * len(people), "the ledger, the audit log and the rule each contradict each of them"
    assert Verification.objects.get().failure == ""
    assert count_open_alarms().stopping >= 2 * len(people)


def _write_something() -> None:
    sql("UPDATE personnel_worker SET phone = phone || '1'")
    connections.close_all()
