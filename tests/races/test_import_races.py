"""Imports applied and undone by several at once: once, or told why not."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.imports.files import upload, workbook
from tests.races.steps import apply, undo
from tests.races.track import Racers, refusals, winners
from titan.audit.models import AuditEvent
from titan.exchange.imports.commands import open_import
from titan.exchange.imports.models import Import, ImportedThing
from titan.personnel.models import Worker

PEOPLE = 40
TOO_LATE = {(409, "NOT_OPEN"), (409, "WORKING"), (409, "STALE"), (409, "PREVIEW_CHANGED"), (409, "CHANGED_MEANWHILE")}


def opened(at: datetime, start: int = 0) -> int:
    people = [[f"W-{start + number}", "Ali", "C1"] for number in range(PEOPLE)]
    content = workbook(("People", [["Badge", "First name", "Company"], *people]))
    return open_import(upload(content), by=cast.actor(), at=at)


def test_one_of_four_applies(racers: Racers, at: datetime) -> None:
    cast.make_site()
    cast.make_company(code="C1")
    number = opened(at)
    outcomes = racers.race(apply, [{"import_id": number, "at": at}] * 4)
    assert len(winners(outcomes)) >= 1
    assert set(refusals(outcomes)) <= TOO_LATE
    assert Worker.objects.count() == PEOPLE
    assert ImportedThing.objects.filter(of_id=number).count() == PEOPLE
    assert AuditEvent.objects.filter(action="import.applied").count() == 1
    verdict_equals_rebuild(at)


def test_two_files_with_the_same_people(racers: Racers, at: datetime) -> None:
    cast.make_site()
    cast.make_company(code="C1")
    numbers = [opened(at), opened(at)]
    outcomes = racers.race(apply, [{"import_id": number, "at": at} for number in numbers])
    (winner,) = winners(outcomes)
    assert set(refusals(outcomes)) <= TOO_LATE | {(409, "NOTHING_TO_WRITE")}
    assert Worker.objects.count() == PEOPLE
    assert ImportedThing.objects.filter(of_id=winner.result).count() == PEOPLE


def test_one_of_four_undoes(racers: Racers, at: datetime) -> None:
    cast.make_site()
    cast.make_company(code="C1")
    number = opened(at)
    apply(import_id=number, at=at)
    later = at + timedelta(hours=1)
    outcomes = racers.race(undo, [{"import_id": number, "at": later}] * 4)
    assert len(winners(outcomes)) >= 1
    assert set(refusals(outcomes)) <= {(409, "NOT_APPLIED"), (409, "WORKING")}
    assert Import.objects.get(pk=number).state == "UNDONE"
    assert set(Worker.objects.values_list("status", flat=True)) == {"INACTIVE"}
    assert AuditEvent.objects.filter(action="import.undone").count() == 1
