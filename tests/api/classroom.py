"""What the tests of sessions through the API stand in: a site with a course to teach, and uploads as clients send them.

It is 22 November 2026, 09:00 on the site, and the clock only moves when a test moves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from typing import cast as as_type

import time_machine
from django.conf import settings
from django.db import connection
from django.http import HttpResponse

from tests import cast
from tests.api.client import BASE, ApiClient, body_of, need_problem
from tests.files import pdf_bytes
from tests.training.acting import HOUR, held, scheduled, settle, sheet, time_of
from titan.accounts.models import ApiToken, User
from titan.accounts.rules import make_token
from titan.catalogue.models import Course
from titan.core.actor import Role
from titan.core.text import search_key
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.resources.models import Trainer, Venue
from titan.training.models import TrainingSession

AT = cast.AT
TOMORROW = {"starts_at": "2026-11-23T09:00:00+04:00", "ends_at": "2026-11-23T11:00:00+04:00"}
THIS_MORNING = {"starts_at": "2026-11-22T06:00:00+04:00", "ends_at": "2026-11-22T08:00:00+04:00"}
BOUNDARY = "----titan-test"


@dataclass
class Classroom:
    """One of each: `trainer` is the TRAINER login and may teach `course`, `stranger` may not."""

    clock: time_machine.Traveller
    clients: dict[Role, ApiClient]
    users: dict[Role, User]
    course: Course
    trainer: Trainer
    stranger: Trainer
    venue: Venue
    workers: list[Worker]

    @property
    def admin(self) -> ApiClient:
        return self.clients[Role.HSE_ADMIN]

    @property
    def teacher(self) -> ApiClient:
        return self.clients[Role.TRAINER]

    def plan(self, *slots: Mapping[str, str], **more: Any) -> dict[str, Any]:
        """Return what schedules a session of this trainer in this venue, tomorrow unless `slots` say otherwise."""
        given = [dict(slot) for slot in slots] or [dict(TOMORROW)]
        return {"trainer_id": self.trainer.pk, "venue_id": self.venue.pk, "slots": given, **more}

    def draft(self, **values: Any) -> int:
        """Make a draft, return its id."""
        return cast.make_session(self.course, **values).pk

    def planned(self, **values: Any) -> TrainingSession:
        """Make a session that takes place tomorrow."""
        return scheduled(self.course, **{"trainer": self.trainer, "venue": self.venue, **values})

    def begun(self, **values: Any) -> TrainingSession:
        """Make a session that took place this morning, with all workers on its list and no marks yet."""
        values = {"trainer": self.trainer, "venue": self.venue, "workers": self.workers, **values}
        return scheduled(self.course, time_of(-3, 2, on=AT), **values)

    def over(self, marks: Mapping[Worker, Mapping[str, Any]], **values: Any) -> TrainingSession:
        """Make a session that took place this morning, marked, with its signed sheet."""
        return held(self.course, marks, **{"trainer": self.trainer, "venue": self.venue, **values})


def clients_of(users: Mapping[Role, User]) -> dict[Role, ApiClient]:
    """Return a client per role, with tokens written straight into the table: the way to get one is tested elsewhere."""
    made = {role: make_token() for role in users}
    ApiToken.objects.bulk_create(
        ApiToken(
            user=users[role],
            name="test",
            prefix=new.prefix,
            token_sha256=new.sha256,
            created_at=AT,
            expires_at=AT + timedelta(days=365),
        )
        for role, new in made.items()
    )
    return {role: ApiClient(new.secret) for role, new in made.items()}


def make_classroom(clock: time_machine.Traveller, users: dict[Role, User]) -> Classroom:
    """Make the site's people and things; the three workers need the course and are Red."""
    course, other = cast.make_course(code="HSE-002"), cast.make_course(code="HSE-009")
    job = cast.make_role()
    cast.require(job, course)
    company = cast.make_company(code="NEFT", name="Neft Daşları", search_key=search_key("NEFT", "Neft Daşları"))
    names = [("Əli", "Çələbi"), ("Борис", "Ёлкин"), ("محمد", "يوسف")]
    workers = [cast.make_worker(role=job, company=company, first_name=first, last_name=last) for first, last in names]
    room = Classroom(
        clock=clock,
        clients=clients_of(users),
        users=users,
        course=course,
        trainer=cast.make_trainer(course, user=users[Role.TRAINER]),
        stranger=cast.make_trainer(other),
        venue=cast.make_venue(capacity=20),
        workers=workers,
    )
    settle()
    return room


def upload(
    client: ApiClient,
    path: str,
    *files: tuple[str, bytes],
    data: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    **headers: str,
) -> HttpResponse:
    """Send `files` (name as it is, content) as multipart, with `data` as a field of JSON and `form` as plain fields."""
    fields = {**({"data": json.dumps(data)} if data is not None else {}), **(form or {})}
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.http.generic(
        "POST",
        BASE + path,
        b"".join(_parts(files, fields)),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={**client.headers, **extra},
    )
    return as_type(HttpResponse, answer)


def _parts(files: Iterable[tuple[str, bytes]], fields: Mapping[str, str]) -> Iterable[bytes]:
    for name, value in fields.items():
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        yield head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    yield f"--{BOUNDARY}--\r\n".encode()


def pdf(text: str = "signed sheet") -> tuple[str, bytes]:
    """Return a signed sheet to upload."""
    return f"{text}.pdf", pdf_bytes(text)


def everything() -> dict[str, str]:
    """Return a hash of each table's rows, to see that nothing changed."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def errors_of(problem: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the errors of a problem as (field, code), in their order."""
    return [(error["field"], error["code"]) for error in problem["errors"]]


def need_invalid(answer: HttpResponse) -> list[tuple[str, str]]:
    """Assert that values were refused (422), and return the errors as (field, code)."""
    return errors_of(need_problem(answer, 422, body_of(answer)["code"]))


def tamper(session: TrainingSession) -> Path:
    """Change the stored bytes of a session's sheet, as somebody at the server's console would."""
    session.refresh_from_db()
    assert isinstance(session.evidence, EvidenceFile)
    path = Path(settings.TITAN_EVIDENCE_DIR) / session.evidence.key
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"%PDF", b"%PDG", 1))
    return path


def when(hours: float, *, since: datetime = AT) -> str:
    """Return the moment `hours` after 09:00 today on the site, as clients write it."""
    return (since + timedelta(hours=hours)).isoformat()


__all__ = [
    "AT",
    "HOUR",
    "THIS_MORNING",
    "TOMORROW",
    "Classroom",
    "body_of",
    "errors_of",
    "everything",
    "make_classroom",
    "need_invalid",
    "pdf",
    "sheet",
    "tamper",
    "upload",
    "when",
]
