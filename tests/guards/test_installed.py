"""Guards are there, are noticed when they are not, and come back (ledger.md §4)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from tests import cast
from tests.guards.raw import refuses, replacing, run
from titan.core import guards
from titan.core.apps import install_guards, remove_guards
from titan.records.models import TrainingRecord

pytestmark = pytest.mark.django_db

PROTECTED = {
    "audit_auditevent",
    "catalogue_courseversion",
    "catalogue_prerequisite",
    "compliance_arearequirement",
    "compliance_rolerequirement",
    "core_sitesettings",
    "personnel_areaassignment",
    "personnel_areaplacement",
    "personnel_roleassignment",
    "personnel_statusperiod",
    "personnel_worker",
    "records_competencyrecord",
    "records_trainingrecord",
    "resources_qualification",
    "training_attendee",
    "training_finalization",
    "training_override",
    "training_sessionevidence",
    "training_slot",
    "training_trainingsession",
}


def test_every_guard_is_installed_and_nothing_is_weak() -> None:
    assert guards.missing() == []
    assert guards.weak_settings() == []
    assert {guard.table for guard in guards.registered()} >= PROTECTED


def test_an_absent_guard_is_named_and_installed_again() -> None:
    if connection.vendor == "sqlite":
        run("DROP TRIGGER record_immutable_delete")
    else:
        run("DROP TRIGGER record_immutable ON records_trainingrecord")
    assert guards.missing() == ["record_immutable"]
    guards.install()
    assert guards.missing() == []
    cast.make_record(cast.make_worker(), cast.make_course())
    refuses("RECORD_IMMUTABLE", "DELETE FROM records_trainingrecord")


def test_a_dropped_constraint_is_named() -> None:
    if connection.vendor == "sqlite":
        run("DROP TRIGGER trainer_not_double_booked_on_sqlite_update")
    else:
        run("ALTER TABLE training_slot DROP CONSTRAINT trainer_not_double_booked")
    assert guards.missing() == ["trainer_not_double_booked"]
    guards.install()
    assert guards.missing() == []


def test_a_disabled_guard_is_named() -> None:
    if connection.vendor == "postgresql":
        run("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_immutable")
        assert guards.missing() == ["audit_immutable"]
        run("ALTER TABLE audit_auditevent ENABLE REPLICA TRIGGER audit_immutable")
        assert guards.missing() == ["audit_immutable"]
        guards.install()
        assert guards.missing() == []


def test_an_altered_guard_is_named_and_mended() -> None:
    if connection.vendor == "sqlite":
        run("DROP TRIGGER audit_immutable_update")
        run(
            "CREATE TRIGGER audit_immutable_update BEFORE UPDATE ON audit_auditevent WHEN FALSE"
            " BEGIN SELECT RAISE(ABORT, 'AUDIT_IMMUTABLE'); END"
        )
    else:
        run(
            "CREATE OR REPLACE FUNCTION audit_immutable() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )
    assert guards.missing() == ["audit_immutable"]
    guards.install()
    assert guards.missing() == []


def test_an_altered_constraint_is_named_and_mended() -> None:
    if connection.vendor == "postgresql":
        name = "trainer_not_double_booked"
        run(f"ALTER TABLE training_slot DROP CONSTRAINT {name}")
        run(
            f"ALTER TABLE training_slot ADD CONSTRAINT {name} EXCLUDE USING gist"
            " (tstzrange(starts_at, ends_at) WITH &&) WHERE (held_by_id = 1)"
        )
        assert guards.missing() == [name]
        guards.install()
        assert guards.missing() == []


def test_a_trigger_that_fires_on_less_is_named() -> None:
    if connection.vendor == "postgresql":
        run("DROP TRIGGER audit_immutable ON audit_auditevent")
        run(
            "CREATE TRIGGER audit_immutable BEFORE DELETE ON audit_auditevent"
            " FOR EACH ROW EXECUTE FUNCTION audit_immutable()"
        )
        assert guards.missing() == ["audit_immutable"]


def test_installing_again_changes_nothing() -> None:
    before = guards._present()
    guards.install()
    guards.install()
    assert guards._present() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", ["records.TrainingRecord", "training.TrainingSession", "training.Slot"])
def test_a_migration_that_rebuilds_a_table_does_not_lose_guards(model: str) -> None:
    """What Django does on SQLite to add a constraint: without care it drops triggers, or fails on others'."""
    table = apps.get_model(model)
    remove_guards(plan=[object()])
    assert set(guards.missing()) == {guard.name for guard in guards.registered()}
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(table)
    install_guards()
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_has_lost_its_guards_until_the_next_migrate() -> None:
    """The positive control: Django does drop them."""
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(apps.get_model("training.Override"))
        assert guards.missing() == ["training_override_closed"]
        call_command("migrate", verbosity=0)
        assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
def test_migrations_run_without_guards_and_end_with_all_of_them() -> None:
    """The real command, there and back: guards of other tables read those that vanish in between."""
    call_command("migrate", "training", "zero", verbosity=0)
    gone = ("training_", "calendars_")
    assert set(guards.missing()) == {guard.name for guard in guards.registered() if guard.table.startswith(gone)}
    call_command("migrate", verbosity=0)
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
def test_migrating_with_nothing_to_do_leaves_guards_on() -> None:
    remove_guards(plan=[])
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "undo", "word"),
    [
        ("PRAGMA recursive_triggers = OFF", "PRAGMA recursive_triggers = ON", "recursive_triggers"),
        ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON", "foreign_keys"),
        ("PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL", "synchronous"),
        ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL", "journal_mode"),
        ("SET synchronous_commit = off", "RESET synchronous_commit", "synchronous_commit"),
        ("SET session_replication_role = replica", "RESET session_replication_role", "session_replication_role"),
    ],
)
def test_weak_settings_are_named(statement: str, undo: str, word: str) -> None:
    if statement.startswith("PRAGMA") == (connection.vendor == "sqlite"):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            try:
                weak = guards.weak_settings()
            finally:
                cursor.execute(undo)
        assert len(weak) == 1
        assert word in weak[0]
        assert guards.weak_settings() == []


def test_recursive_triggers_are_what_stops_insert_or_replace() -> None:
    """The positive control of weak_settings: without the pragma, REPLACE walks around the guard."""
    if connection.vendor == "sqlite":
        cast.make_record(cast.make_worker(), cast.make_course())
        run("PRAGMA recursive_triggers = OFF")
        try:
            run(replacing(TrainingRecord, remarks="'walked around'"))
        finally:
            run("PRAGMA recursive_triggers = ON")
        assert TrainingRecord.objects.get().remarks == "walked around"
