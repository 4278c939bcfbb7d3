"""Uploads before an endpoint sees them: their type, their size, and what their fields hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.client import BASE, ApiClient, need_problem
from tests.files import pdf_bytes
from titan.api import requests
from titan.evidence.models import EvidenceFile

RECORD = {"worker_id": 1, "course_id": 1, "completed_on": "2026-11-01"}


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """Return one part of a multipart body, exactly as given."""
    label = "" if filename is None else f'; filename="{filename}"'
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{label}\r\n\r\n'.encode() + content + b"\r\n"


def send(client: ApiClient, *parts: bytes, path: str = "/records", end: bytes = b"--x--\r\n", **headers: str) -> Any:
    """Post a multipart body of these parts."""
    kind = "multipart/form-data; boundary=x"
    body = b"".join(parts) + end
    sent = {**client.headers, **headers}
    return client.http.generic("POST", BASE + path, body, content_type=kind, headers=sent)


def data(**values: Any) -> bytes:
    return part("data", json.dumps({**RECORD, **values}).encode())


FILE = part("file", pdf_bytes(), "sheet.pdf")


@pytest.mark.parametrize("value", ["a\x00b", "\x00"])
def test_nul_inside_a_json_field_is_422(boss: ApiClient, value: str) -> None:
    problem = need_problem(send(boss, data(provider=value), FILE), 422, "INVALID")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("provider", "NUL_CHARACTER")]


def test_a_number_beyond_64_bits_in_a_json_field_is_422(boss: ApiClient) -> None:
    problem = need_problem(send(boss, data(worker_id=2**70), FILE), 422, "INVALID")
    assert problem["errors"][0]["field"] == "worker_id"


@pytest.mark.parametrize("text", [b"{", b"5", b"[]", b"", b"null", b"\x00", b"\xff\xfe"])
def test_a_json_field_that_is_none_is_422(boss: ApiClient, text: bytes) -> None:
    answer = send(boss, part("data", text), FILE)
    problem = need_problem(answer, 422, json.loads(answer.content)["code"])
    assert problem["errors"]


def test_missing_fields_are_named(boss: ApiClient) -> None:
    problem = need_problem(send(boss, FILE), 422, "INVALID")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("data", "REQUIRED")]


@pytest.mark.parametrize("body", [b"", b"--y--", b"nonsense"])
def test_a_body_that_is_no_multipart_is_refused(boss: ApiClient, body: bytes) -> None:
    assert send(boss, end=body).status_code in (400, 422)


def test_json_where_a_file_is_due_is_415(boss: ApiClient) -> None:
    need_problem(boss.post("/records", RECORD), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_file_that_is_too_large_is_stopped_while_it_arrives(boss: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MAX_BYTES", 100)
    need_problem(send(boss, data(), part("file", b"%PDF" + b"x" * 97, "a.pdf")), 413, "TOO_LARGE")
    monkeypatch.setattr(requests, "UPLOAD_LIMIT", 200)
    need_problem(send(boss, data(), part("file", b"x" * 300, "a.pdf")), 413, "TOO_LARGE")
    assert not EvidenceFile.objects.exists()


def test_too_many_files_are_refused(boss: ApiClient) -> None:
    assert send(boss, data(), *[FILE] * 101).status_code in (400, 413)


@pytest.mark.parametrize("name", ["a\x00b.pdf", "\x00", "a\nb.pdf", "x" * 900, ""])
def test_a_strange_name_is_only_a_label(boss: ApiClient, name: str) -> None:
    # Worker 1 does not exist: what matters is that nothing worse than that is found.
    assert send(boss, data(), part("file", pdf_bytes(), name)).status_code in (404, 422)
