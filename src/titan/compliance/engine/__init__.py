"""The compliance engine: one set-based implementation for one worker and for all (domain.md §9).

It computes what the items should be, keeps only what differs from what is stored in a scratch table, and writes that;
the verdicts and the counts (`tallies`) follow from what the scratch tables hold. Statuses are severities, so the worst
is the smallest. Dates are compared with site today, which is always passed in.

Two transactions that touch the same worker must not judge from half of each other's facts. On PostgreSQL, whoever
changes facts of some workers holds the engine's lock shared and locks those workers, in order of their ids; whoever
changes a rule holds the engine's lock alone. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from titan.compliance.dialect import run, values
from titan.compliance.engine.asking import asked_by_the_calendar, asked_of, gone_of, scope_of
from titan.compliance.engine.judging import changes, severity_sql
from titan.compliance.engine.locks import hold_engine, lock_workers
from titan.compliance.engine.tables import open_scratch, size_up
from titan.compliance.engine.writing import write_items, write_verdicts
from titan.compliance.tallies import ITEM_CHANGES, forget_nothings, recount, tally_changes
from titan.core.command import Touched

__all__ = ["Written", "hold_engine", "refresh_due", "refresh_touched", "severity_sql"]

RESTANDING = f"(SELECT worker_id FROM {ITEM_CHANGES} WHERE COALESCE(was_severity, -1) <> COALESCE(severity, -1))"


@dataclass(frozen=True)
class Written:
    """How many rows a run of the engine wrote; all zero when every verdict and every count stood already."""

    items: int
    verdicts: int
    counts: int = 0


def refresh_touched(touched: Touched, *, today: date, warning_days: int) -> Written:
    """Bring the items, verdicts and counts of everyone `touched` up to date with the facts.

    today: the site's day. warning_days: how many days before its end a record counts as expiring. Both read under
    the engine's lock (`hold_engine`).
    """
    open_scratch()
    params = values(today, warning_days, touched)
    scope = None if touched.everyone else scope_of(touched)
    if scope is not None:
        lock_workers(scope, params)
    items = run(changes(asked_of(touched, scope), gone=gone_of(touched, scope)), params)
    if touched.rules_changed:
        size_up(ITEM_CHANGES)
    write_items(items)
    if touched.everyone and touched.courses is None:
        return Written(items, write_verdicts(None, params), recount(warning_days))
    # A rule about some courses changes nobody's company, name or status.
    only_items = touched.rules_changed and touched.courses is not None
    return Written(items, write_verdicts(RESTANDING if only_items else scope, params), tally_changes())


def refresh_due(*, today: date, warning_days: int) -> Written:
    """Bring up to date the items whose day to change by themselves has come, and those workers' verdicts.

    Requirements stand as stored: only the calendar moved.
    """
    open_scratch()
    params = values(today, warning_days, Touched())
    items = run(changes(asked_by_the_calendar()), params)
    size_up(ITEM_CHANGES)
    write_items(items)
    written = Written(items, write_verdicts(RESTANDING, params), tally_changes())
    forget_nothings()
    return written
