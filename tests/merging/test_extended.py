"""Records that an authority's decision made valid longer, of somebody who turns out to be somebody else too."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.test_two_at_once import together
from tests.guards.raw import refuses as refused_by_the_database
from tests.guards.raw import run
from tests.ledger.verifying.world import looked
from tests.merging.people import Site, class_of, merge, outside
from tests.packs.test_packs import entries_of, taken, verify
from tests.training.acting import ADMIN, AT, DAY, HOUR, PASSED, refuses
from titan.catalogue.models import Course
from titan.compliance.models import ComplianceItem, Severity
from titan.core.actor import Role
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import LeafType
from titan.packs.scope import About, Scope
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Worker, WorkerStatus
from titan.personnel.rules import WorkerChanges
from titan.records.commands import revoke_record
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import ExtendedRecord, TrainingRecord

pytestmark = pytest.mark.django_db

UNTIL = date(2029, 3, 31)
TEXTS = {"reason": "Təlim mərkəzi bağlıdır", "reference": "Sərəncam 118/26"}
SUPER = cast.actor(Role.SUPER_ADMIN)


@pytest.fixture
def place() -> Site:
    return Site()


def extend(course: Course, *, ago: int = 10, until: date = UNTIL, at: Any = AT) -> int:
    """Let what was completed so many days ago be valid until a day; return the extension."""
    day = AT.date() - ago * DAY
    extending = Extending(course.pk, "COMPLETED_ON", day, day, until)
    return extend_validity(extending, AuthorityDecision(decided_on=AT.date(), **TEXTS), by=ADMIN, at=at)


def unextend(extension: int) -> None:
    revoke_extension(extension, "Bizə aid deyil", by=ADMIN, at=AT + DAY + HOUR)


def erase(worker: Worker) -> None:
    update_worker(worker.pk, WorkerChanges(status=WorkerStatus.INACTIVE), by=ADMIN, at=AT + DAY)
    anonymise_worker(worker.pk, "Özü xahiş etdi", by=SUPER, at=AT + DAY)


def need_sound() -> None:
    """Ledger, rows and verdicts are as they should be."""
    sign_head()
    assert looked() == []
    verdict_equals_rebuild(AT + DAY)


def opened(path: Path, kinds: Iterable[str]) -> list[tuple[str, Any, Any]]:
    """Return, of the entries of these kinds, the kind, the badge they show, and the texts."""
    said = [(json.loads(b64decode(entry["leaf"]))["type"], entry) for entry in entries_of(path)]
    return [
        (kind, entry["identity"] and entry["identity"]["employee_id"], entry["texts"])
        for kind, entry in said
        if kind in kinds
    ]


EXTENDED, WITHDRAWN = str(LeafType.EXTENDED), str(LeafType.EXTENSION_WITHDRAWN)


def test_extended_before_the_merge_and_withdrawn_after(place: Site, tmp_path: Path) -> None:
    """What was said before commits to the old number, what is said after to the one who stays; the pack opens both."""
    gone, stays = place.person(), place.person("Rashad", role=place.role)
    record = outside(gone, place.course)
    kept, taken_back = extend(place.course), extend(place.course, until=UNTIL + DAY)
    merge(gone, stays)
    row = TrainingRecord.objects.get(pk=record)
    assert (row.worker_id, row.valid_until) == (stays.pk, UNTIL + DAY)
    need_sound()
    unextend(taken_back)
    item = ComplianceItem.objects.get(worker=stays, course=place.course)
    assert (item.severity, item.record_id, item.expires_on) == (Severity.COMPLIANT, record, UNTIL)
    later = extend(place.course, until=UNTIL + 2 * DAY, at=AT + DAY + HOUR)
    need_sound()
    path = taken(Scope(About.WORKER, stays.pk), tmp_path)
    said = verify(path)
    assert "People: 1 shown, 1 merged; 0 entries of erased ones" in said
    for kind in (EXTENDED, WITHDRAWN):
        assert f"Records {kind}: 1\n  record {record} " in said
    before, after = gone.employee_id, stays.employee_id
    assert opened(path, [EXTENDED, WITHDRAWN]) == [
        *((EXTENDED, before, TEXTS) for _extension in (kept, taken_back)),
        (WITHDRAWN, after, {"reason": "Bizə aid deyil"}),
        (EXTENDED, after, TEXTS),
    ]
    # The old number leads to the same person.
    assert opened(taken(Scope(About.WORKER, gone.pk), tmp_path), [EXTENDED]) == opened(path, [EXTENDED])
    assert ExtendedRecord.objects.filter(record=record, extension=later).exists()


def test_over_two_merges(place: Site, tmp_path: Path) -> None:
    first, second, third = (place.person(f"Number {number}") for number in range(3))
    record = outside(first, place.course)
    extension = extend(place.course)
    merge(first, second)
    other = extend(place.course, until=UNTIL + DAY)
    merge(second, third)
    unextend(extension)
    need_sound()
    path = taken(Scope(About.WORKER, third.pk), tmp_path)
    assert "People: 1 shown, 2 merged" in verify(path)
    badges = [first.employee_id, second.employee_id, third.employee_id]
    assert [badge for _kind, badge, _texts in opened(path, [EXTENDED, WITHDRAWN])] == badges
    unextend(other)
    need_sound()
    assert TrainingRecord.objects.get(pk=record).valid_until == TrainingRecord.objects.get(pk=record).expires_on


def test_what_stayed_with_the_old_number(place: Site, tmp_path: Path) -> None:
    """Both are in one class; the wrong result was extended, then revoked, and stays where it was."""
    gone, stays = place.person(), place.person("Rashad")
    session = class_of(place.course, {gone: PASSED, stays: PASSED}, days_ago=10)
    wrong = TrainingRecord.objects.get(session_id=session.pk, worker=gone)
    extension = extend(place.course, ago=(AT.date() - wrong.completed_on).days)
    revoke_record(wrong.pk, "Adı iki dəfə yazılıb", by=ADMIN, at=AT)
    merge(gone, stays)
    unextend(extension)
    wrong.refresh_from_db()
    assert (wrong.worker_id, wrong.valid_until) == (gone.pk, wrong.expires_on)
    need_sound()
    path = taken(Scope(About.WORKER, stays.pk), tmp_path)
    verify(path)
    withdrawn = [badge for _kind, badge, _texts in opened(path, [WITHDRAWN])]
    assert sorted(withdrawn) == sorted([gone.employee_id, stays.employee_id])


@pytest.mark.parametrize("withdrawn_first", [True, False])
def test_then_erased(place: Site, tmp_path: Path, *, withdrawn_first: bool) -> None:
    """An extension may even be withdrawn after both rows were erased; nothing says any more who it was."""
    gone, stays = place.person(), place.person("Rashad")
    outside(gone, place.course)
    extension = extend(place.course)
    merge(gone, stays)
    for step in (lambda: unextend(extension), lambda: erase(stays))[:: 1 if withdrawn_first else -1]:
        step()
    need_sound()
    path = taken(Scope(About.WORKER, stays.pk), tmp_path)
    verify(path)
    names = [entry["identity"]["name"] for entry in entries_of(path) if entry["identity"]]
    assert set(names) <= {" Anonymised"}
    assert gone.employee_id not in json.dumps(entries_of(path))


def test_reasons_name_nobody_by_their_old_badge(place: Site) -> None:
    """The reason is kept in each record, and would outlive whoever it names."""
    gone, stays = place.person("Zülfüqar", "Köhnəsoyadov"), place.person("Rashad", "Aliyev")
    outside(gone, place.course)
    merge(gone, stays)
    day = AT.date() - 10 * DAY
    extending = Extending(place.course.pk, "COMPLETED_ON", day, day, UNTIL)
    for text in (f"For {gone.employee_id.lower()}", "For Zulfuqar Kohnesoyadov", "For Rashad Aliyev"):
        decision = AuthorityDecision("118/26", AT.date(), text)
        refusal = refuses("NAMES_THE_PERSON", extend_validity, extending, decision)
        assert [error.field for error in refusal.errors] == ["reason"]


def test_the_database_lets_a_record_follow_a_merge_or_an_extension_and_not_both_at_once(place: Site) -> None:
    gone, stays, stranger = place.person(), place.person("Rashad"), place.person("Somebody")
    record = outside(gone, place.course)
    extension = extend(place.course)
    row = TrainingRecord.objects.get(pk=record)
    merged = {"merged_into": stays, "merged_at": AT, "merge_reason": "Same", "status": "INACTIVE"}
    Worker.objects.filter(pk=gone.pk).update(**merged)
    change = "UPDATE records_trainingrecord SET "
    for sets in (
        f"worker_id = {stays.pk}, valid_until = '{row.expires_on}'",
        f"worker_id = {stays.pk}, valid_until = '2029-04-01'",
        f"worker_id = {stays.pk}, provider = 'x'",
        f"worker_id = {stranger.pk}",
        f"valid_until = '{row.expires_on}'",
    ):
        refused_by_the_database("RECORD_IMMUTABLE", f"{change} {sets} WHERE id = %s", record)
    assert run(f"{change} worker_id = {stays.pk} WHERE id = %s", record) == 1
    run("UPDATE records_validityextension SET revoked_at = %s, revoked_by_id = 1, revoke_reason = 'x'", AT)
    assert run(f"{change} valid_until = '{row.expires_on}' WHERE id = %s", record) == 1
    assert ExtendedRecord.objects.filter(extension_id=extension, record=record).exists()


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    """Whoever waits for the merge reaches the record where it is then, and says of whom it is then."""

    @pytest.mark.parametrize("merge_first", [True, False])
    def test_extended(self, place: Site, *, merge_first: bool) -> None:
        gone, stays = place.person(), place.person("Rashad")
        record = outside(gone, place.course)
        works = [lambda: merge(gone, stays), lambda: extend(place.course)]
        together(*works[:: 1 if merge_first else -1])
        row = TrainingRecord.objects.get(pk=record)
        assert (row.worker_id, row.valid_until) == (stays.pk, UNTIL)
        need_sound()

    @pytest.mark.parametrize("merge_first", [True, False])
    def test_withdrawn(self, place: Site, *, merge_first: bool) -> None:
        gone, stays = place.person(), place.person("Rashad")
        record = outside(gone, place.course)
        extension = extend(place.course)
        works = [lambda: merge(gone, stays), lambda: unextend(extension)]
        together(*works[:: 1 if merge_first else -1])
        row = TrainingRecord.objects.get(pk=record)
        assert (row.worker_id, row.valid_until) == (stays.pk, row.expires_on)
        need_sound()
