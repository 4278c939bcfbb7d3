"""What a load makes of a database: once, again, changed, with its history kept."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.folders import GOOD, with_cell, with_row, write
from titan.audit.models import AuditEvent
from titan.catalogue.models import Course, CourseVersion, VersionStatus
from titan.compliance.models import RoleRequirement, WorkerVerdict
from titan.core import settings
from titan.core.actor import Via, system_actor
from titan.core.errors import Conflict, Invalid
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import verify_all
from titan.exchange.site_folder.commands import STEPS, LoadReport, load_site
from titan.personnel.models import Area, AreaAssignment, RoleAssignment, StatusPeriod, Worker
from titan.records.commands import revoke_record
from titan.records.models import FOREVER, Source, TrainingRecord
from titan.resources.models import Qualification, Trainer, Venue

BY = system_actor(Via.CLI)
LATER = timedelta(hours=1)


def load(folder: Path, at: datetime, **options: Any) -> LoadReport:
    return load_site(folder, by=BY, at=at, **options)


def counts(report: LoadReport) -> dict[str, tuple[int, int, int]]:
    return {file.file: (file.created, file.changed, file.unchanged) for file in report.files}


def refused_codes(folder: Path, at: datetime, **options: Any) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        load(folder, at, **options)
    return {(error.field, error.code) for error in refused.value.errors}


@pytest.fixture
def loaded(db: None, tmp_path: Path, at: datetime) -> Path:
    """The good folder, loaded an hour ago."""
    folder = write(tmp_path / "site")
    load(folder, at - LATER)
    return folder


def test_first_load_makes_everything(db: None, tmp_path: Path, at: datetime) -> None:
    steps: list[str] = []
    report = load(write(tmp_path / "site"), at, on_step=steps.append)
    assert steps == list(STEPS)
    assert {file: number for file, (number, *_) in counts(report).items()} == {
        "site.json": 1,
        "companies.csv": 2,
        "roles.csv": 2,
        "courses.csv": 3,
        "areas.csv": 3,
        "role_requirements.csv": 2,
        "area_requirements.csv": 1,
        "trainers.csv": 2,
        "venues.csv": 1,
        "personnel.csv": 3,
        "records.csv": 4,
    }
    assert (settings.current().name, settings.current().timezone) == ("Xəzər terminalı", "Asia/Baku")
    worker = Worker.objects.get(employee_id="N-1")
    assert (worker.first_name, worker.last_name, worker.email) == ("Günay", "Əliyeva", "n1@site.example")
    assert worker.supervisor is not None
    assert worker.supervisor.first_name == "شركة"
    assert worker.role_assigned_on == date(2026, 11, 1)
    assert set(worker.area_assignments.values_list("area__code", "assigned_on")) == {
        ("UNIT", date(2026, 11, 1)),
        ("SITE", date(2026, 11, 1)),
    }
    assert Area.objects.get(code="UNIT").parent == Area.objects.get(code="PROC")
    version = CourseVersion.objects.get(course__code="INV")
    assert (version.number, version.status, version.validity_months) == (1, "PUBLISHED", 0)
    assert set(version.prerequisites.values_list("course__code", flat=True)) == {"IND", "H2S"}
    assert Venue.objects.get().location == "Building B, 2nd floor"
    assert set(Trainer.objects.get(code="T1").qualifications.values_list("course__code", flat=True)) == {"IND", "H2S"}
    verdict_equals_rebuild(at)


def test_register_becomes_hashed_evidence(loaded: Path, at: datetime) -> None:
    evidence = EvidenceFile.objects.get()
    content = (loaded / "records.csv").read_bytes()
    assert evidence.sha256 == hashlib.sha256(content).hexdigest()
    assert (evidence.size, evidence.media_type, evidence.original_name) == (len(content), "text/csv", "records.csv")
    assert list(verify_all()) == []
    records = TrainingRecord.objects.order_by("completed_on")
    assert {record.source for record in records} == {Source.MIGRATED}
    assert {(r.evidence_key, r.evidence_sha256) for r in records} == {(evidence.key, evidence.sha256)}
    assert [(r.result, r.expires_on, r.valid_until, r.provider) for r in records] == [
        ("PASSED", date(2027, 2, 19), date(2027, 2, 19), "OWN"),
        ("PASSED", None, FOREVER, "OWN"),
        ("FAILED", None, FOREVER, "NGT"),
        ("PASSED", date(2028, 3, 5), date(2028, 3, 5), "NGT"),
    ]
    assert all(record.course_version.number == 1 for record in records)


def test_loading_again_changes_nothing(loaded: Path, at: datetime) -> None:
    before = {model: model.objects.count() for model in (AuditEvent, EvidenceFile, StatusPeriod, RoleAssignment)}
    report = load(loaded, at)
    assert not report.changes_something
    assert all(created == changed == 0 for created, changed, _ in counts(report).values())
    assert {model: model.objects.count() for model in before} == before


def test_byte_order_mark_and_spreadsheet_line_ends_are_no_change(loaded: Path, at: datetime) -> None:
    files = {name: ("\ufeff" + text.replace("\n", "\r\n")).encode() for name, text in GOOD.items()}
    assert not load(write(loaded, files), at).changes_something


def test_decomposed_letters_are_no_change(loaded: Path, at: datetime) -> None:
    import unicodedata

    files = {name: unicodedata.normalize("NFD", text) for name, text in GOOD.items()}
    assert not load(write(loaded, files), at).changes_something


def test_absent_rows_stay(loaded: Path, at: datetime) -> None:
    only = {name: text.splitlines()[0] + "\n" for name, text in GOOD.items() if name.endswith(".csv")}
    assert not load(write(loaded, only), at).changes_something
    assert Worker.objects.count() == 3
    assert RoleRequirement.objects.filter(until=None).count() == 2


def test_files_may_come_alone(loaded: Path, at: datetime) -> None:
    report = load(write(loaded, {"personnel.csv": with_cell("personnel.csv", 2, "phone", "112")}), at)
    assert counts(report) == {"personnel.csv": (0, 1, 2)}


def test_changed_worker_keeps_histories(loaded: Path, at: datetime) -> None:
    people = with_cell("personnel.csv", 2, "role_code", "WEL").replace("2026-11-01,ACTIVE", "2026-11-10,BLACKLISTED")
    people = people.replace(",N-2,UNIT;SITE", ",,PROC;SITE").replace("Günay", "Günəş")
    report = load(write(loaded, personnel=people), at)
    assert counts(report)["personnel.csv"] == (0, 1, 2)
    worker = Worker.objects.get(employee_id="N-1")
    assert (worker.first_name, worker.status, worker.supervisor_id) == ("Günəş", "BLACKLISTED", None)
    assert worker.name_key.startswith("əliyeva\x1fgünəş")
    assert list(RoleAssignment.objects.filter(worker=worker).order_by("id").values_list("role__code", "until")) == [
        ("RIG", at),
        ("WEL", None),
    ]
    assert list(StatusPeriod.objects.filter(worker=worker).order_by("id").values_list("status", "until")) == [
        ("ACTIVE", at),
        ("BLACKLISTED", None),
    ]
    areas = AreaAssignment.objects.filter(worker=worker).order_by("area__code")
    # Another role does not move the anchor of an area that is held on.
    assert list(areas.values_list("area__code", "assigned_on", "until")) == [
        ("PROC", date(2026, 11, 10), None),
        ("SITE", date(2026, 11, 1), None),
        ("UNIT", date(2026, 11, 1), at),
    ]
    assert not WorkerVerdict.objects.filter(worker=worker).exists()
    verdict_equals_rebuild(at)


def test_corrected_day_of_a_role_moves_its_areas(loaded: Path, at: datetime) -> None:
    load(write(loaded, personnel=with_cell("personnel.csv", 2, "role_assigned_on", "2026-10-01")), at)
    held = AreaAssignment.objects.filter(worker__employee_id="N-1", until=None)
    assert set(held.values_list("assigned_on", flat=True)) == {date(2026, 10, 1)}
    assert AreaAssignment.objects.filter(worker__employee_id="N-1", until=at).count() == 2
    verdict_equals_rebuild(at)


def test_role_may_be_taken_away(loaded: Path, at: datetime) -> None:
    row = "N-2,شركة,عربي,,,BOS,,,ACTIVE,2025-06-24,,,"
    people = "\n".join([*GOOD["personnel.csv"].splitlines()[:2], row]) + "\n"
    load(write(loaded, personnel=people), at)
    worker = Worker.objects.get(employee_id="N-2")
    assert (worker.role_id, worker.role_assigned_on) == (None, None)
    assert not RoleAssignment.objects.filter(worker=worker, until=None).exists()
    assert not AreaAssignment.objects.filter(worker=worker, until=None).exists()
    verdict_equals_rebuild(at)


def test_changed_course_becomes_a_new_version(loaded: Path, at: datetime) -> None:
    report = load(write(loaded, courses=with_cell("courses.csv", 3, "validity_months", "36")), at)
    assert counts(report)["courses.csv"] == (0, 1, 2)
    first, second = CourseVersion.objects.filter(course__code="H2S").order_by("number")
    assert (first.status, first.validity_months, first.archived_at) == (VersionStatus.ARCHIVED, 24, at)
    assert (second.status, second.validity_months, second.published_at) == (VersionStatus.PUBLISHED, 36, at)
    assert list(second.prerequisites.values_list("course__code", flat=True)) == ["IND"]
    assert set(TrainingRecord.objects.filter(course__code="H2S").values_list("course_version", flat=True)) == {first.pk}


def test_column_left_out_keeps_what_stands(loaded: Path, at: datetime) -> None:
    scored = GOOD["courses.csv"].replace("prerequisite_codes\n", "prerequisite_codes,min_pass_score\n")
    scored = scored.replace("no,\n", "no,,80\n").replace("yes,IND\n", "yes,IND,\n").replace("IND;H2S\n", "IND;H2S,\n")
    assert counts(load(write(loaded, courses=scored), at))["courses.csv"] == (0, 1, 2)
    assert CourseVersion.objects.get(course__code="IND", status="PUBLISHED").min_pass_score == 80
    assert not load(write(loaded), at + LATER).changes_something
    bare = "\n".join(",".join(line.split(",")[:2]) for line in GOOD["roles.csv"].splitlines()) + "\n"
    assert not load(write(loaded, roles=bare), at + LATER).changes_something
    emptied = with_cell("roles.csv", 2, "title_tr", "")
    assert counts(load(write(loaded, roles=emptied), at + LATER))["roles.csv"] == (0, 1, 1)


def test_course_with_a_draft_is_left_to_people(loaded: Path, at: datetime) -> None:
    from titan.catalogue.commands import draft_version
    from titan.catalogue.rules import VersionChanges

    course = Course.objects.get(code="H2S")
    draft_version(course.pk, VersionChanges(validity_months=48), by=BY, at=at)
    assert not load(loaded, at).changes_something
    changed = write(loaded, courses=with_cell("courses.csv", 3, "validity_months", "36"))
    assert refused_codes(changed, at) == {("courses.csv, row 3, column code", "COURSE_HAS_DRAFT")}


def test_changed_requirement_ends_and_begins_anew(loaded: Path, at: datetime) -> None:
    changed = with_cell("role_requirements.csv", 3, "grace_period_days", "45")
    report = load(write(loaded, role_requirements=changed), at)
    assert counts(report)["role_requirements.csv"] == (0, 1, 1)
    found = RoleRequirement.objects.filter(course__code="H2S").order_by("id")
    assert list(found.values_list("grace_period_days", "until")) == [(30, at), (45, None)]
    verdict_equals_rebuild(at)


def test_trainer_venue_company_and_area_are_updated(loaded: Path, at: datetime) -> None:
    report = load(
        write(
            loaded,
            companies=with_cell("companies.csv", 3, "name", "Boğaziçi"),
            trainers=with_cell("trainers.csv", 2, "qualified_course_codes", "H2S;INV"),
            venues="name,capacity,location\nRoom A,25,\n",
            areas=with_cell("areas.csv", 2, "parent_code", "SITE"),
        ),
        at,
    )
    assert {file: changed for file, (_, changed, _) in counts(report).items() if changed} == {
        "companies.csv": 1,
        "trainers.csv": 1,
        "venues.csv": 1,
        "areas.csv": 1,
    }
    held = Qualification.objects.filter(trainer__code="T1")
    assert set(held.values_list("course__code", "until")) == {("IND", at), ("H2S", None), ("INV", None)}
    unit = Area.objects.get(code="UNIT")
    assert unit.parent == Area.objects.get(code="SITE")
    assert set(unit.placements.values_list("parent__code", "until")) == {("PROC", at), ("SITE", None)}
    verdict_equals_rebuild(at)


def test_new_row_of_the_register_brings_the_new_register(loaded: Path, at: datetime) -> None:
    report = load(write(loaded, records=with_row("records.csv", "N-3,IND,2025-01-01,,OWN,PASSED")), at)
    assert counts(report)["records.csv"] == (1, 0, 4)
    assert EvidenceFile.objects.count() == 2
    record = TrainingRecord.objects.get(worker__employee_id="N-3")
    assert record.evidence_sha256 == hashlib.sha256((loaded / "records.csv").read_bytes()).hexdigest()
    verdict_equals_rebuild(at)


def test_changed_expiry_asks_for_a_revocation(loaded: Path, at: datetime) -> None:
    changed = write(loaded, records=with_cell("records.csv", 2, "expires_on", "2027-03-01"))
    with pytest.raises(Invalid) as refused:
        load(changed, at)
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("records.csv, row 2, column expires_on", "EXPIRY_CHANGED")
    assert "Revoke it" in error.message
    record = TrainingRecord.objects.get(expires_on=date(2027, 2, 19))
    revoke_record(record.pk, "Wrong month", by=BY, at=at)
    # Revoked, the right row comes in; and the old file does not bring the wrong one back.
    assert counts(load(changed, at))["records.csv"] == (1, 0, 3)
    assert not load(write(loaded), at + LATER).changes_something
    assert TrainingRecord.objects.filter(worker__employee_id="N-1", course__code="IND").count() == 2
    verdict_equals_rebuild(at)


def test_two_results_of_one_day_are_two_records(loaded: Path, at: datetime) -> None:
    again = with_row("records.csv", "N-2,H2S,2026-03-05,,NGT,FAILED")
    assert counts(load(write(loaded, records=again), at))["records.csv"] == (1, 0, 4)


def test_everything_or_nothing(db: None, tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from titan.exchange.site_folder.commands import register

    def fail(*_: object, **__: object) -> None:
        raise Conflict("TAMPERED", "planted")

    monkeypatch.setattr(register, "record_evidence", fail)
    with pytest.raises(Conflict):
        load(write(tmp_path / "site"), at)
    assert not settings.current().is_set_up
    assert not Worker.objects.exists()
    assert not AuditEvent.objects.exists()


def test_other_zone_than_the_sites_is_refused(loaded: Path, at: datetime) -> None:
    moved = write(loaded, {**GOOD, "site.json": GOOD["site.json"].replace("Asia/Baku", "Europe/Istanbul")})
    assert refused_codes(moved, at) == {("site.json, column timezone", "TIMEZONE_DIFFERS")}
    renamed = write(loaded, {**GOOD, "site.json": GOOD["site.json"].replace("Xəzər", "Qara dəniz")})
    assert counts(load(renamed, at))["site.json"] == (0, 1, 0)
    assert settings.current().name == "Qara dəniz terminalı"


def test_other_zone_than_the_configured_is_refused(db: None, tmp_path: Path, at: datetime, settings: Any) -> None:
    from zoneinfo import ZoneInfo

    settings.TITAN_TIMEZONE = ZoneInfo("Europe/Istanbul")
    assert refused_codes(write(tmp_path / "site"), at) == {("site.json, column timezone", "TIMEZONE_DIFFERS")}
    settings.TITAN_TIMEZONE = ZoneInfo("Asia/Baku")
    assert load(write(tmp_path / "site"), at).changes_something


def test_shifted_dates_make_as_of_today(db: None, tmp_path: Path, at: datetime) -> None:
    folder = write(tmp_path / "site")
    report = load(folder, at, shift_dates=True)
    assert report.shifted_by_days == 2
    worker = Worker.objects.get(employee_id="N-1")
    assert (worker.role_assigned_on, worker.start_date) == (date(2026, 11, 3), date(2026, 1, 7))
    record = TrainingRecord.objects.get(course__code="IND")
    assert (record.completed_on, record.expires_on) == (date(2026, 2, 21), date(2027, 2, 21))
    # What is kept as evidence says what the records say.
    kept = EvidenceFile.objects.get()
    shifted = GOOD["records.csv"]
    for old, new in (
        ("2026-02-19", "2026-02-21"),
        ("2027-02-19", "2027-02-21"),
        ("2026-02-20,,", "2026-02-22,,"),
        ("2026-03-01", "2026-03-03"),
        ("2026-03-05", "2026-03-07"),
        ("2028-03-05", "2028-03-07"),
    ):
        shifted = shifted.replace(old, new)
    assert kept.sha256 == hashlib.sha256(shifted.encode()).hexdigest()
    assert not load(folder, at, shift_dates=True).changes_something
    # Another day, or without shifting, each record would come a second time.
    assert ("records.csv", "SHIFT_DIFFERS") in refused_codes(folder, at + timedelta(days=1), shift_dates=True)
    assert ("records.csv", "SHIFT_DIFFERS") in refused_codes(folder, at)


def test_shifting_needs_the_day_of_the_data(db: None, tmp_path: Path, at: datetime) -> None:
    site = '{"name": "Site", "timezone": "Asia/Baku"}'
    assert ("site.json, column as_of", "REQUIRED") in refused_codes(
        write(tmp_path / "site", {**GOOD, "site.json": site}), at, shift_dates=True
    )


def test_audit_tells_of_everything_and_names_nobody(loaded: Path, at: datetime) -> None:
    load(write(loaded, personnel=with_cell("personnel.csv", 2, "last_name", "Quliyeva")), at)
    events = list(AuditEvent.objects.order_by("id").values("action", "entity", "before", "after", "via", "actor_role"))
    said = [event["action"] for event in events]
    assert said.count("worker.created") == 3
    assert said.count("training_record.created") == 4
    assert said.count("course.created") == 3
    assert said.count("evidence.stored") == 1
    assert said.count("site.loaded") == 2
    assert {(event["via"], event["actor_role"]) for event in events} == {("CLI", "SUPER_ADMIN")}
    (updated,) = [event for event in events if event["action"] == "worker.updated"]
    assert (updated["before"], updated["after"]) == ({}, {"personal_fields": ["last_name"]})
    everything = str(events)
    for private in ("Günay", "Əliyeva", "Quliyeva", "n1@site.example", "+994", "N-1", "Sabih", "t2@site.example"):
        assert private not in everything


def test_unknown_files_are_told_of(loaded: Path, at: datetime) -> None:
    (loaded / "person.csv").write_text("x")
    assert load(loaded, at).ignored == ("person.csv",)


def test_statements_do_not_grow_with_rows(db: None, tmp_path: Path, at: datetime) -> None:
    def rows(first: int, count: int) -> list[str]:
        return [f"X-{n},Ad{n},Soyad,,,NGT,RIG,2026-05-20,ACTIVE,,,N-2,UNIT" for n in range(first, first + count)]

    def proofs(first: int, count: int) -> list[str]:
        return [f"X-{n},IND,2026-02-19,2027-02-19,OWN,PASSED" for n in range(first, first + count)]

    load(write(tmp_path / "site"), at)
    taken = []
    for number, (first, count) in enumerate(((0, 1), (1, 60)), start=1):
        folder = write(
            tmp_path / "site",
            personnel=with_row("personnel.csv", *rows(first, count)),
            records=with_row("records.csv", *proofs(first, count)),
        )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            load(folder, at + LATER * number)
        taken.append(len(captured))
    assert taken[0] == taken[1]
    assert taken[0] < 90
