"""Two changes at once that are each harmless, and together would close a circle: one of them loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from tests.cast import actor, make_area, make_company, make_course, make_site, make_worker
from titan.catalogue.commands import edit_draft_version
from titan.catalogue.rules import VersionChanges
from titan.core.errors import Invalid
from titan.personnel.commands.areas import AreaChanges, update_area
from titan.personnel.commands.workers import update_worker
from titan.personnel.rules import WorkerChanges

ADMIN = actor()


def race(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run both at once; return how each ended, sorted."""
    barrier, ends = Barrier(2), []

    def run(call: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            call()
            ends.append("done")
        except Invalid as refusal:
            ends.append(refusal.errors[0].code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["areas", "supervisors", "prerequisites"])
def test_two_harmless_changes_close_no_circle(what: str, at: datetime) -> None:
    make_site(at)
    company = make_company()
    for _ in range(3):
        if what == "areas":
            one, other = make_area(), make_area()
            below, beside = make_area(one), make_area(other)

            def put(thing: Any, under: Any) -> Callable[[], object]:
                return lambda: update_area(thing.pk, AreaChanges(parent_id=under.pk), by=ADMIN, at=at)

        elif what == "supervisors":
            one, other = make_worker(company=company), make_worker(company=company)  # type: ignore[assignment]
            below = make_worker(company=company, supervisor=one)  # type: ignore[assignment]
            beside = make_worker(company=company, supervisor=other)  # type: ignore[assignment]

            def put(thing: Any, under: Any) -> Callable[[], object]:
                changes = WorkerChanges(supervisor_id=under.pk)
                return lambda: update_worker(thing.pk, changes, by=ADMIN, at=at)

        else:
            one, other = make_course(status="DRAFT"), make_course(status="DRAFT")  # type: ignore[assignment]
            below, beside = make_course(prerequisites=[one]), make_course(prerequisites=[other])  # type: ignore[assignment,list-item]

            def put(thing: Any, under: Any) -> Callable[[], object]:
                changes = VersionChanges(prerequisite_ids=(under.pk,))
                return lambda: edit_draft_version(thing.pk, changes, by=ADMIN, at=at)

        assert race(put(one, beside), put(other, below)) == ["CIRCLE", "done"]
