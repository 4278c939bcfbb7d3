"""The jobs of a night: once among everybody who looks, taken over from the killed, tried again after a failure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from titan.core import jobs
from titan.core.models import NightlyJob

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = date(2026, 11, 23)


class Told:
    """A clock that stands until it is turned."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> dict[str, jobs.Job]:
    """The registered jobs are those of the test."""
    mine: dict[str, jobs.Job] = {}
    monkeypatch.setattr(jobs, "_nightly", mine)
    return mine


def test_a_job_runs_once_a_night(only: dict[str, jobs.Job], at: datetime) -> None:
    ran: list[datetime] = []
    jobs.nightly("count", ran.append)
    clock = Told(at)
    assert jobs.run_due(NIGHT, clock=clock, who="one")
    assert jobs.run_due(NIGHT, clock=clock, who="two")
    assert ran == [at]
    clock.at += timedelta(days=1)
    assert jobs.run_due(NIGHT + timedelta(days=1), clock=clock, who="two")
    assert len(ran) == 2
    (state,) = jobs.job_states()
    assert (state.night, state.tries, state.succeeded_at, state.error) == (
        NIGHT + timedelta(days=1),
        1,
        clock.at,
        "",
    )


def test_a_failed_job_keeps_no_other_and_is_tried_again(only: dict[str, jobs.Job], at: datetime) -> None:
    ran: list[str] = []

    def fail_once(_: datetime) -> None:
        ran.append("fails")
        if len(ran) == 1:
            raise ValueError("for once")

    jobs.nightly("fails", fail_once)
    jobs.nightly("works", lambda _: ran.append("works"))
    clock = Told(at)
    assert not jobs.run_due(NIGHT, clock=clock)
    assert ran == ["fails", "works"]
    assert jobs.job_states()[0].error == "ValueError"
    assert jobs.run_due(NIGHT, clock=clock)
    assert ran == ["fails", "works"]
    clock.at += jobs.TRY_AGAIN
    assert jobs.run_due(NIGHT, clock=clock)
    assert ran == ["fails", "works", "fails"]
    failed = jobs.job_states()[0]
    assert (failed.tries, failed.error, failed.succeeded_at) == (2, "", clock.at)


def test_the_job_of_a_killed_process_is_taken_over(only: dict[str, jobs.Job], at: datetime) -> None:
    ran: list[datetime] = []
    jobs.nightly("count", ran.append)
    # What a process leaves behind that was killed at its work.
    NightlyJob.objects.create(name="count", night=NIGHT, who="killed", tries=1, free_from=at + jobs.LEASE)
    clock = Told(at)
    jobs.run_due(NIGHT, clock=clock)
    assert ran == []
    clock.at += jobs.LEASE
    jobs.run_due(NIGHT, clock=clock)
    assert ran == [clock.at]
    assert jobs.job_states()[0].tries == 2


def test_whoever_is_told_to_stop_leaves_the_job_to_the_next(only: dict[str, jobs.Job], at: datetime) -> None:
    def stop(_: datetime) -> None:
        raise SystemExit(0)

    jobs.nightly("long", stop)
    with pytest.raises(SystemExit):
        jobs.run_due(NIGHT, clock=Told(at))
    ran: list[datetime] = []
    jobs.nightly("long", ran.append)
    assert jobs.run_due(NIGHT, clock=Told(at), who="next")
    assert ran == [at]


def test_a_job_that_lasts_is_prolonged(
    only: dict[str, jobs.Job], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(jobs, "BEAT", timedelta(milliseconds=10))
    clock = Told(at)
    prolonged = threading.Event()

    def last(_: datetime) -> None:
        clock.at += jobs.LEASE
        for _ in range(1_000):
            if NightlyJob.objects.get().free_from > clock.at:
                prolonged.set()
                return
            threading.Event().wait(0.01)

    jobs.nightly("lasts", last)
    assert jobs.run_due(NIGHT, clock=clock)
    assert prolonged.is_set()


def test_looking_costs_one_statement(
    only: dict[str, jobs.Job], at: datetime, django_assert_num_queries: object
) -> None:
    for number in range(5):
        jobs.nightly(f"job {number}", lambda _: None)
    jobs.run_due(NIGHT, clock=Told(at))
    with django_assert_num_queries(1):  # type: ignore[operator]
        jobs.run_due(NIGHT, clock=Told(at))
