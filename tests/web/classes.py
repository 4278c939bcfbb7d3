"""A class that is going on, and people signed in to look at it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import cast
from tests.files import pdf_bytes
from titan.core.actor import Role
from titan.training.models import Attendee, TrainingSession

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


def signed_in(role: Role = Role.HSE_ADMIN, **values: Any) -> tuple[Client, Any]:
    """Return a browser in which a new login of `role` is signed in, and the login."""
    user = cast.make_user(role, **values)
    client = Client()
    client.force_login(user)
    return client, user


def client_of(role: Role = Role.HSE_ADMIN, **values: Any) -> Client:
    """Return a browser in which a new login of `role` is signed in."""
    return signed_in(role, **values)[0]


def running(people: int = 3, *, starts: float = -3, hours: float = 2, **values: Any) -> TrainingSession:
    """Make a scheduled session that began `-starts` hours before the tests' moment, with so many people on its list."""
    role = cast.make_role()
    course = values.pop("course", None) or cast.make_course(title={"en": "H2S <Awareness>", "tr": "H2S"})
    cast.require(role, course)
    workers = [cast.make_worker(role=role, last_name=f"Name{number:03}") for number in range(people)]
    begin = cast.AT + starts * HOUR
    times = [(begin, begin + hours * HOUR)]
    return cast.make_session(course, status="SCHEDULED", slots=times, workers=workers, **values)


def attendees(session: TrainingSession) -> list[Attendee]:
    """Return the attendees in the order of the list."""
    return list(session.attendees.select_related("worker").order_by("worker__name_key", "worker_id"))


def mark_everybody(session: TrainingSession, *, absent: int = 0) -> None:
    """Mark the last `absent` ones as no-shows and all others as passed, straight in the tables."""
    rows = attendees(session)
    for number, row in enumerate(rows):
        came = number < len(rows) - absent
        Attendee.objects.filter(pk=row.pk).update(
            status="ATTENDED" if came else "NO_SHOW", result="PASSED" if came else ""
        )


SHOWN = {
    "status": "REGISTERED",
    "result": None,
    "score": None,
    "verified": False,
    "method_id": None,
    "remarks": "",
}


def row(worker_id: int, change: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a row as the page's script sends it."""
    return {"worker_id": worker_id, "change": dict(change), "shown": {**SHOWN, **(shown or {})}}


def send_marks(client: Client, session: TrainingSession, rows: Sequence[Any], **options: Any) -> Any:
    """Send marks as the page's script does."""
    return client.post(
        f"/sessions/{session.pk}/attendance/marks", json.dumps(rows), content_type="application/json", **options
    )


def a_file(name: str = "sheet.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else pdf_bytes())


def upload(client: Client, session: TrainingSession, *files: SimpleUploadedFile, htmx: bool = True) -> Any:
    """Upload the signed sheet as the page does."""
    headers = HTMX if htmx else {}
    return client.post(f"/sessions/{session.pk}/evidence", {"file": list(files or [a_file()])}, headers=headers)
