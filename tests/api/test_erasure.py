"""Erasure: after it nothing can name the person, and every proof stands (domain.md §4, docs/threat-model.md)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.api.classroom import Classroom
from tests.api.client import body_of, need_problem
from tests.api.life import erase, live
from titan.accounts.models import User
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.models import RememberedAnswer
from titan.ledger.commands.sign import signed_by_now
from titan.ledger.models import Checkpoint, Head, Leaf, LeafType, PersonKey
from titan.ledger.queries.tree import paths
from titan.ledger.rules.notes import read_note
from titan.ledger.rules.tree import Frontier, leaf_hash, root_from_path
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, TrainingRecord

pytestmark = pytest.mark.django_db(transaction=True)

# Each of them names the person, and stands nowhere else.
WORDS = (
    *("Zülfüqarqızı", "Мирзебалаева", "ميرزابالايوا", "ZX81-QVW", "zulfu.qvw@mail.example", "+994558181997"),
    *("Qabaqcasoyad", "ZX80-QVW", "zulfu.login@titan.example", "Zülfülogin"),
    *("remarkzx-attend", "remarkzx-removed", "reasonzx-revoke", "reasonzx-worker", "remarkzx-external"),
    *("providerzx", "filenamezx", "remarkzx-notcompetent", "reasonzx-withdraw", "sheetzx", "tokenzx"),
)


def spelled(word: str) -> set[bytes]:
    """Return how `word` may stand in bytes: as it is, folded for search, escaped by JSON, in capitals."""
    from titan.core.text import search_key, sort_key

    forms = {word, search_key(word), sort_key(word), json.dumps(word)[1:-1], word.upper(), word.lower()}
    return {form.encode() for form in forms}


def found_in(data: bytes) -> list[str]:
    return [word for word in WORDS if any(form in data for form in spelled(word))]


def database() -> dict[str, bytes]:
    """Return all there is in each table, every column, as text."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [row[0] for row in cursor.fetchall()]
        tables = {}
        for name in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            rows = cursor.fetchall()
            tables[name] = b"\n".join(_bytes(value) for row in rows for value in row)
        return tables


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict | list) else str(value).encode()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.fixture
def person(room: Classroom) -> int:
    return live(room)


def test_the_search_finds_every_word_before_the_erasure(room: Classroom, person: int) -> None:
    everything = b"\n".join(database().values())
    assert found_in(everything) == list(WORDS)


def test_nothing_in_the_database_names_the_person(room: Classroom, person: int) -> None:
    erase(room, person)
    assert {table: words for table, data in database().items() if (words := found_in(data))} == {}


def test_nothing_in_the_files_of_sqlite_names_the_person(room: Classroom, person: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's dead rows go with its next vacuum (docs/threat-model.md)")
    erase(room, person)
    name = Path(str(connection.settings_dict["NAME"]))
    files = [name, *name.parent.glob(f"{name.name}-*")]
    assert {file.name: words for file in files if (words := found_in(file.read_bytes()))} == {}


def test_nothing_that_is_read_or_logged_names_the_person(
    room: Classroom, person: int, logged: pytest.LogCaptureFixture
) -> None:
    erase(room, person)
    boss = room.clients[Role.SUPER_ADMIN]
    pages = ("/workers", "/records", "/competency", "/sessions", "/audit", "/users", "/companies", f"/workers/{person}")
    for path in pages:
        answer = boss.get(path if path[-1].isdigit() else f"{path}?limit=200")
        assert answer.status_code == 200, (path, answer.content)
        assert (path, found_in(answer.content)) == (path, [])
    assert found_in("\n".join(f"{line.getMessage()} {line.__dict__}" for line in logged.records).encode()) == []


def test_the_ledger_says_that_it_was_erased_and_still_verifies(room: Classroom, person: int) -> None:
    before = dict(Leaf.objects.values_list("index", "data"))
    assert PersonKey.objects.filter(pk=person).exists()
    assert found_in(b"".join(bytes(data) for data in before.values())) == []
    erase(room, person)
    assert not PersonKey.objects.filter(pk=person).exists()
    after = {index: bytes(data) for index, data in Leaf.objects.order_by("index").values_list("index", "data")}
    assert all(after[index] == bytes(data) for index, data in before.items())
    erased = Leaf.objects.get(type=LeafType.ERASED)
    assert (erased.entity_id, erased.index) == (person, max(after))
    frontier = Frontier()
    for index in sorted(after):
        frontier.append(leaf_hash(after[index]))
    head = Head.objects.get()
    assert (frontier.size, frontier.root()) == (head.size, bytes(head.root))
    signed_by_now()
    note = Checkpoint.objects.order_by("-size").values_list("note", flat=True).first()
    assert note is not None
    said, _signatures = read_note(note)
    assert (said.size, said.root) == (head.size, bytes(head.root))
    for index, path in paths(after, head.size).items():
        assert root_from_path(leaf_hash(after[index]), index, head.size, path) == bytes(head.root)


def test_a_sheet_of_an_erased_worker_is_opened_by_few_and_each_opening_is_told(room: Classroom, person: int) -> None:
    session = TrainingRecord.objects.filter(worker_id=person).exclude(session_id=None).values_list("session_id")[0][0]
    path = f"/sessions/{session}/evidence/file"
    for role in (Role.HSE_ADMIN, Role.TRAINER, Role.SUPER_ADMIN, Role.AUDITOR, Role.ASSESSOR):
        assert room.clients[role].get(path).status_code == 200, role
    erase(room, person)
    told = AuditEvent.objects.filter(action="evidence.opened")
    for role in (Role.HSE_ADMIN, Role.TRAINER, Role.ASSESSOR):
        need_problem(room.clients[role].get(path), 403, "SHOWS_ERASED_PERSON")
    assert not told.exists()
    for role in (Role.SUPER_ADMIN, Role.AUDITOR):
        assert room.clients[role].get(path).status_code == 200
    assert list(told.order_by("id").values_list("actor_role", flat=True)) == ["SUPER_ADMIN", "AUDITOR"]


def test_a_reason_that_names_the_person_is_refused(room: Classroom, person: int) -> None:
    boss = room.clients[Role.SUPER_ADMIN]
    for reason in ("Letter of ZÜLFÜQARQIZI of 3 May", "badge zx81-qvw asked", "formerly Qabaqcasoyad"):
        problem = need_problem(boss.post(f"/workers/{person}/anonymise", {"reason": reason}), 422, "NAMES_THE_PERSON")
        assert [error["code"] for error in problem["errors"]] == ["NAMES_THE_PERSON"]
    assert Worker.objects.get(pk=person).anonymised_at is None


def test_only_the_answers_that_name_the_person_are_forgotten(room: Classroom, person: int) -> None:
    other = room.admin.post("/companies", {"code": "STAYS", "name": "Stays"}, Idempotency_Key="stays")
    erase(room, person)
    again = room.admin.post("/companies", {"code": "STAYS", "name": "Stays"}, Idempotency_Key="stays")
    assert (again["Idempotent-Replayed"], body_of(again)) == ("true", body_of(other))
    assert set(RememberedAnswer.objects.values_list("key", flat=True)) >= {"stays", "erase-1", "finalize-1"}


def test_the_login_is_closed_and_names_nobody(room: Classroom, person: int) -> None:
    login = User.objects.get(email="zulfu.login@titan.example")
    token = login.tokens.get()
    erase(room, person)
    login.refresh_from_db()
    token.refresh_from_db()
    assert (login.is_active, login.has_usable_password(), login.name) == (False, False, "[erased]")
    assert token.revoked_at is not None
    assert Worker.objects.get(pk=person).user_id is None


def test_records_stay_linked_to_the_nameless_worker(room: Classroom, person: int) -> None:
    columns = ("id", "result", "completed_on", "expires_on", "evidence_sha256", "session_id", "revoked_at")
    before = list(TrainingRecord.objects.filter(worker_id=person).order_by("id").values_list(*columns))
    decided = list(CompetencyRecord.objects.filter(worker_id=person).order_by("id").values_list("id", "status"))
    erase(room, person)
    assert list(TrainingRecord.objects.filter(worker_id=person).order_by("id").values_list(*columns)) == before
    assert list(CompetencyRecord.objects.filter(worker_id=person).order_by("id").values_list("id", "status")) == decided
    worker = Worker.objects.get(pk=person)
    assert (worker.employee_id, worker.former_identities) == (f"ANON-{person}", None)
