"""What people and programs read: Today, the matrix, lists as JSON and as HTML, against the same rows by hand."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bench import raw
from bench.timing import ROUNDS, Measured, alone, in_turn

JSON_LIMIT, PAGE_LIMIT = 3.0, 3.0
PAGE = 50


def need(holds: bool, otherwise: str) -> None:
    """Stop when what is compared is not the same: then the times mean nothing."""
    if not holds:
        raise ValueError(otherwise)


class Reader:
    """A signed-in admin: asks the real application for pages and for the API's answers."""

    def __init__(self, at: datetime) -> None:
        from django.test import Client

        from titan.accounts.commands import create_token
        from titan.accounts.models import User
        from titan.core.actor import system_actor

        user = User.objects.filter(email="bench@titan.example").first() or User(email="bench@titan.example")
        user.name, user.role, user.created_at = "Bench", "HSE_ADMIN", at
        user.set_password("bench-from-draft-to-proof")
        user.save()
        self.token = create_token(user.pk, "bench", 30, by=system_actor(), at=at).token
        self.pages, self.api = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
        self.pages.force_login(user)

    def page(self, path: str) -> bytes:
        """Return a page."""
        answer = self.pages.get(path)
        need(answer.status_code == 200, f"{path}: {answer.status_code}")
        return bytes(answer.content)

    def json(self, path: str) -> bytes:
        """Return an answer of the API."""
        answer = self.api.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})
        need(answer.status_code == 200, f"{path}: {answer.status_code} {answer.content[:300]!r}")
        return bytes(answer.content)


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure queries behind Today and the matrix, whole pages, lists of the API, and one page's rendering."""
    from titan.compliance.queries.items import MatrixFilter, matrix
    from titan.compliance.queries.outlook import expiring, trend
    from titan.compliance.queries.summary import summary
    from titan.core import settings

    today = settings.current().today(at)

    def dashboard(_: int) -> None:
        summary()
        expiring(today)
        trend(until=today)

    yield Measured("Today: its counts", workers, alone(dashboard, rounds=rounds))
    yield Measured(
        "matrix: rows of the first page", workers, alone(lambda _: _first(matrix, MatrixFilter()), rounds=rounds)
    )
    reader = Reader(at)
    write_history(at)
    for name, path in (
        ("Today", "/"),
        ("matrix", "/matrix"),
        ("workers", "/workers"),
        ("sessions", "/sessions"),
        ("verify", "/verify"),
    ):
        yield Measured(f"page: {name}", workers, alone(_asking(reader, path), rounds=rounds))
    yield from json_against_hand(workers, reader, "workers", by_hand=workers_by_hand, rounds=rounds)
    yield from json_against_hand(workers, reader, "audit", by_hand=audit_by_hand, rounds=rounds)
    yield from page_against_hand(workers, reader, at, rounds)


def _asking(reader: Reader, path: str) -> Callable[[int], object]:
    return lambda _: reader.page(path)


def _first(query: Callable[..., Any], wanted: Any) -> None:
    query(wanted, limit=PAGE, cursor=None)


def json_against_hand(
    workers: int, reader: Reader, noun: str, *, by_hand: Callable[[int], list[dict[str, Any]]], rounds: int
) -> Iterator[Measured]:
    """Measure a whole request against one query and json.dumps of the same rows; and 50 rows less one on both sides.

    A request is more than its rows: who asks, whether they may, what day it is. That is shown, and not compared.
    """
    path = f"/{noun}?limit="
    answer = json.loads(reader.json(f"{path}{PAGE}"))["items"]
    mine = json.loads(json.dumps(by_hand(PAGE), default=str))
    need(len(answer) == PAGE, f"{noun}: only {len(answer)} rows")
    need([row["id"] for row in answer] == [row["id"] for row in mine], f"{noun}: other rows by hand")
    need(answer[0].keys() == mine[0].keys(), f"{noun}: {answer[0].keys() ^ mine[0].keys()}")

    def ours(rows: int) -> Callable[[int], object]:
        return lambda _: reader.json(f"{path}{rows}")

    def hand(rows: int) -> Callable[[int], object]:
        return lambda _: json.dumps({"items": by_hand(rows)}, default=str)

    many, many_by_hand = in_turn(ours(PAGE), hand(PAGE), rounds=3 * rounds)
    one, one_by_hand = in_turn(ours(1), hand(1), rounds=3 * rounds)
    yield Measured(f"{noun}: 50 rows as JSON", workers, many - one, many_by_hand - one_by_hand, JSON_LIMIT)
    yield Measured(f"{noun}: request of 50 rows", workers, many, many_by_hand, note="sign-in and all, against the rows")


def write_history(at: datetime) -> None:
    """Write a page of audit events about workers: the site itself was not made by commands."""
    moment = at if raw.is_postgres() else at.replace(tzinfo=None).isoformat(" ")
    given = "?::timestamptz" if raw.is_postgres() else "?"
    values = """'{"personal_fields": ["first_name"], "company_id": 3, "status": "ACTIVE"}'"""
    values = f"{values}::jsonb" if raw.is_postgres() else values
    with raw.durable_transaction():
        raw.run(
            f"""INSERT INTO audit_auditevent (at, actor_role, via, action, entity, entity_id, after, reason)
            SELECT {given}, 'HSE_ADMIN', 'API', 'worker.updated', 'worker', id, {values}, 'Moved to another company'
            FROM personnel_worker ORDER BY id LIMIT {PAGE}""",
            [moment],
        )


def workers_by_hand(limit: int) -> list[dict[str, Any]]:
    """Return the first workers by name as the API shows them."""
    found = raw.rows(
        f"""SELECT w.id, w.employee_id, w.first_name, w.last_name, w.email, w.phone, c.id, c.code, c.name, r.id, r.code,
            r.title, w.role_assigned_on, w.supervisor_id, w.status, v.severity, w.start_date, w.end_date, w.user_id,
            w.anonymised_at, w.merged_into_id, w.merged_at
        FROM personnel_worker w JOIN personnel_company c ON c.id = w.company_id
        LEFT JOIN personnel_role r ON r.id = w.role_id LEFT JOIN compliance_workerverdict v ON v.worker_id = w.id
        WHERE w.merged_into_id IS NULL ORDER BY w.name_key, w.id LIMIT {limit}"""
    )
    raw.value("SELECT COUNT(*) FROM personnel_worker")
    names = ("NON_COMPLIANT", "AWAITING_VERIFICATION", "IN_GRACE", "EXPIRING", "COMPLIANT")
    return [
        {
            "id": row[0],
            "employee_id": row[1],
            "first_name": row[2],
            "last_name": row[3],
            "email": row[4],
            "phone": row[5],
            "company": {"id": row[6], "code": row[7], "name": row[8]},
            "role": {"id": row[9], "code": row[10], "title": _mapping(row[11]).get("en")},
            "role_assigned_on": row[12],
            "supervisor_id": row[13],
            "status": row[14],
            "compliance_status": names[row[15]] if row[15] is not None else None,
            "start_date": row[16],
            "end_date": row[17],
            "user_id": row[18],
            "anonymised_at": row[19],
            "merged_into_id": row[20],
            "merged_at": row[21],
        }
        for row in found
    ]


def _mapping(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def audit_by_hand(limit: int) -> list[dict[str, Any]]:
    """Return the last audit events as the API shows them."""
    found = raw.rows(
        f"""SELECT e.id, e.at, e.actor_id, u.name, e.actor_role, e.via, e.action, e.entity, e.entity_id, e.before,
            e.after, e.reason FROM audit_auditevent e LEFT JOIN accounts_user u ON u.id = e.actor_id
        ORDER BY e.id DESC LIMIT {limit}"""
    )
    return [
        {
            "id": row[0],
            "at": row[1],
            "actor": {"id": row[2], "name": row[3], "role": row[4]},
            "via": row[5],
            "action": row[6],
            "entity": row[7],
            "entity_id": row[8],
            "before": _mapping(row[9]),
            "after": _mapping(row[10]),
            "reason": row[11],
        }
        for row in found
    ]


def page_against_hand(workers: int, reader: Reader, at: datetime, rounds: int) -> Iterator[Measured]:
    """Measure the rendering of the workers' page, frame and all, against its 50 rows as joined strings."""
    from unittest.mock import patch

    from titan.web.pages import workers as page

    kept: list[Any] = []

    def keep(*given: Any) -> Any:
        kept.append(given)
        return page_response()

    with patch.object(page, "show", side_effect=keep):
        reader.page("/workers?order=name")
    from dataclasses import replace

    from django.utils import translation

    from titan.web.visit import show

    given = kept[0]
    found, opened = given[3]["page"].items, given[3]["open_items"]
    # The counts of the frame are a query; what is measured here is rendering.
    given = (*given[:3], {**given[3], "counts": None})
    without = (*given[:3], {**given[3], "page": replace(given[3]["page"], items=given[3]["page"].items[:1])})
    with translation.override("en"), patch("titan.web.visit.waiting_count", return_value=0):
        product, floor = in_turn(lambda _: show(*given), lambda _: _joined(found, opened), rounds=3 * rounds)
        frame = alone(lambda _: show(*without), rounds=3 * rounds)
        whole, by_hand = show(*given).content.decode(), _joined(found, opened)
    need("".join(by_hand.split()) in "".join(whole.split()), "The rows by hand are not those of the page.")
    yield Measured("page of 50 workers, frame and all", workers, product, floor, note="rendering alone")
    yield Measured("50 rows of that page", workers, product - frame, floor, PAGE_LIMIT, note="the page less its frame")


def page_response() -> Any:
    """Return an empty answer, for the request that only brings the rows."""
    from django.http import HttpResponse

    return HttpResponse()


def _joined(found: list[Any], opened: dict[int, dict[str, int]]) -> str:
    """Return the rows of the workers' table as joined strings, everything from people escaped."""
    escape, parts = html.escape, []
    for row in found:
        open_items = opened.get(row.id, {})
        amber = open_items.get("IN_GRACE", 0) + open_items.get("EXPIRING", 0)
        counts = (
            ("red", "Red", open_items.get("NON_COMPLIANT", 0)),
            ("blue", "Blue", open_items.get("AWAITING_VERIFICATION", 0)),
            ("amber", "Yellow", amber),
        )
        chips = "".join(
            f'<span class="status " data-status="{colour}">{n} {word}</span>' for colour, word, n in counts if n
        )
        colour, word = _words(row.compliance_status)
        parts.append(
            f'<tr><td class="choose"><input type="checkbox" name="worker_id" value="{row.id}" form="choosing" '
            f'aria-label="Choose {escape(row.first_name)} {escape(row.last_name)}"></td>'
            f'<td class="nowrap"><span class="status chip" data-status="{colour}">{word}</span></td>'
            f'<th scope="row"><a class="plain" href="/workers/{row.id}"><bdi>{escape(row.first_name)} '
            f"{escape(row.last_name)}</bdi></a><small>{escape(row.employee_id)}</small></th>"
            f'<td class="nowrap">'
            + (f'<span class="cluster">{chips}</span>' if open_items else '<span class="muted">–</span>')
            + f"</td><td>{escape(row.company.name)}</td><td>{escape(row.role.title) if row.role else '–'}</td>"
            + '<td class="nowrap">'
            + ('<span class="muted">Active</span>' if row.status == "ACTIVE" else '<span class="tag">Inactive</span>')
            + "</td></tr>"
        )
    return "".join(parts)


def _words(status: str | None) -> tuple[str, str]:
    from titan.web.shown import status_words

    if status is None:
        return "none", "Not judged"
    said = status_words(status)
    return said.colour, said.word
