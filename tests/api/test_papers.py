"""Papers over the API: in one language or in two, and the list to sign."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.http import StreamingHttpResponse

from tests import cast
from tests.api.classroom import AT, Classroom
from tests.api.client import body_of, need_problem
from tests.paper.reading import standard, texts
from tests.training.acting import PASSED, settle
from titan.core.actor import Role
from titan.ledger.commands.sign import sign_head
from titan.records.models import Certificate, TrainingRecord
from titan.training.commands import finalize_session


def finalized(room: Classroom) -> int:
    made = room.over({room.workers[0]: PASSED})
    settle()
    finalize_session(made.pk, by=cast.actor(), at=AT)
    sign_head()
    return made.pk


def test_certificates_in_two_languages(room: Classroom) -> None:
    finalized(room)
    record = TrainingRecord.objects.get(source="SESSION")
    path = f"/records/{record.pk}/certificate"
    for wrong in ("xx", "en,en", "en,xx", "en,tr,en", "EN", ""):
        problem = need_problem(room.admin.post(f"{path}?languages={wrong}"), 422, "INVALID")
        assert "languages" in problem["errors"][0]["field"]
    assert not Certificate.objects.exists()
    (text,) = texts(room.admin.post(f"{path}?languages=tr,en").content)
    assert "22 Kasım 2026" in text
    assert "22 November 2026" in text
    boss = room.clients[Role.SUPER_ADMIN]
    changed = boss.patch("/settings", {"paper_languages": ["tr"]})
    assert (changed.status_code, body_of(changed)["paper_languages"]) == (200, ["tr"])
    (text,) = texts(room.admin.get(path).content)
    assert "22 November 2026" not in text
    (text,) = texts(room.admin.get(f"{path}?language=en").content)
    assert "22 November 2026" in text


def test_paper_languages_of_the_site(room: Classroom) -> None:
    boss = room.clients[Role.SUPER_ADMIN]
    assert body_of(boss.get("/settings"))["paper_languages"] == []
    for wrong in (["en", "en"], ["xx"], ["en", "tr", "en"], "en"):
        need_problem(boss.patch("/settings", {"paper_languages": wrong}), 422, "INVALID")
    need_problem(room.admin.patch("/settings", {"paper_languages": ["en"]}), 403, "FORBIDDEN")
    assert body_of(boss.patch("/settings", {"paper_languages": ["en", "tr"]}))["paper_languages"] == ["en", "tr"]
    assert body_of(boss.patch("/settings", {"paper_languages": []}))["paper_languages"] == []


def test_the_cover_of_a_pack_in_two_languages(room: Classroom) -> None:
    session = finalized(room)
    answer: Any = room.clients[Role.AUDITOR].get(f"/sessions/{session}/pack?languages=en,tr")
    assert isinstance(answer, StreamingHttpResponse)
    pack = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    text = texts(pack.read("cover.pdf"))[0]
    assert "Audit pack / Denetim paketi" in text
    need_problem(room.clients[Role.AUDITOR].get(f"/sessions/{session}/pack?languages=xx"), 422, "INVALID")


def test_the_list_to_sign(room: Classroom) -> None:
    made = cast.make_session(room.course, trainer=room.trainer, workers=room.workers, status="SCHEDULED")
    path = f"/sessions/{made.pk}/sheet.pdf"
    answer = room.clients[Role.ASSESSOR].get(f"{path}?languages=en,tr")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert standard(answer.content) == ("2", "B")
    assert room.workers[0].employee_id in texts(answer.content)[0]
    need_problem(room.admin.get(f"{path}?languages=en,xx"), 422, "INVALID")
    draft = cast.make_session(room.course)
    need_problem(room.admin.get(f"/sessions/{draft.pk}/sheet.pdf"), 409, "NOT_SCHEDULED")
    need_problem(room.admin.get("/sessions/999999/sheet.pdf"), 404, "NOT_FOUND")
