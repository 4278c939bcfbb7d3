"""Once: the same POST under the same Idempotency-Key happens once, and gets the first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Status
from ninja.operation import Operation

from titan.api.caller import caller
from titan.api.problem import MEDIA_TYPE, problem_of
from titan.api.requests import KEY_HEADER
from titan.core.command import persistently
from titan.core.errors import Refusal, invalid
from titan.core.models import RememberedAnswer

KEPT = timedelta(hours=24)
REPLAYED = "Idempotent-Replayed"
T = TypeVar("T")


def once(request: HttpRequest, status: int, work: Callable[[], Any], *, secret_fields: tuple[str, ...] = ()) -> Any:
    """Run `work` and answer `status` with what it returns, shaped as the endpoint declares.

    With an Idempotency-Key, `work` and the memory of its answer are one transaction: a repetition within 24 hours, from
    the same caller with the same body, gets the first answer (refusals too) and runs nothing; of two at once one runs.
    Another body under the key is refused (422 IDEMPOTENCY_KEY_REUSED). `secret_fields` are shown once and remembered as
    null. Raises what `work` raises.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return Status(status, work())
    return persistently(_run_or_recall, request, key, status, work, secret_fields)


def prepared_once(request: HttpRequest, status: int, prepare: Callable[[], T], work: Callable[[T], Any]) -> Any:
    """Run `prepare`, then `work` with its result as `once` does: for what takes too long inside a transaction.

    A repetition gets the first answer without preparing again; what `prepare` refuses is remembered like any refusal.
    Raises what `prepare` and `work` raise.
    """
    key = request.headers.get(KEY_HEADER)
    remembered = _remembered(request, key) if key is not None else None
    if remembered is not None:
        return remembered
    try:
        prepared = prepare()
    except Refusal as refusal:
        return once(request, status, partial(_refuse, refusal))
    return once(request, status, lambda: work(prepared))


def forget_old_answers(*, at: datetime) -> int:
    """Delete the answers that are too old to be asked for again; return how many. For the nightly sweep."""
    return RememberedAnswer.objects.filter(created_at__lt=at - KEPT).delete()[0]


def _run_or_recall(
    request: HttpRequest, key: str, status: int, work: Callable[[], Any], secret_fields: tuple[str, ...]
) -> HttpResponse:
    digest = request_digest(request)
    with transaction.atomic():
        claimed = _claim(caller(request).user_id, key, digest, caller(request).at)
        if claimed is None:
            return _recall(caller(request).user_id, key, digest)
        response = _run(request, status, work)
        body = _without(response.content, secret_fields)
        RememberedAnswer.objects.filter(pk=claimed).update(status=response.status_code, body=body)
    return response


def _refuse(refusal: Refusal) -> NoReturn:
    raise refusal


def _run(request: HttpRequest, status: int, work: Callable[[], Any]) -> HttpResponse:
    try:
        with transaction.atomic():
            return _shaped(request, Status(status, work()))
    except Refusal as refusal:
        if refusal.status >= 500:
            # The server's own trouble passes: a repetition shall be tried, not answered from memory.
            raise
        return problem_of(refusal)


def _shaped(request: HttpRequest, result: Status[Any]) -> HttpResponse:
    operation: Operation = request.titan_operation  # type: ignore[attr-defined]
    blank = operation.api.create_temporal_response(request)
    return cast(HttpResponse, operation._result_to_response(request, result, blank))


def _claim(user_id: int, key: str, digest: str, at: datetime) -> int | None:
    """Take the key for this request; None when it is taken. Waits for another request that is at work under it."""
    table = connection.ops.quote_name(RememberedAnswer._meta.db_table)
    statement = (
        f"INSERT INTO {table} (user_id, key, request_sha256, status, body, created_at) VALUES (%s, %s, %s, 0, '', %s)"
        " ON CONFLICT (user_id, key) DO UPDATE SET request_sha256 = excluded.request_sha256, status = 0, body = '',"
        f" created_at = excluded.created_at WHERE {table}.created_at < %s RETURNING id"
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(statement, [user_id, key, digest, adapt(at), adapt(at - KEPT)])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _remembered(request: HttpRequest, key: str) -> HttpResponse | None:
    """Return the answer remembered for this request, or None; raises for another body under the key."""
    me = caller(request)
    found = RememberedAnswer.objects.filter(user_id=me.user_id, key=key, created_at__gte=me.at - KEPT)
    return _recall(me.user_id, key, request_digest(request)) if found.exists() else None


def _recall(user_id: int, key: str, digest: str) -> HttpResponse:
    answer = RememberedAnswer.objects.get(user_id=user_id, key=key)
    if answer.request_sha256 != digest:
        raise invalid(KEY_HEADER, "IDEMPOTENCY_KEY_REUSED", "This key was used for another request. Take a new key.")
    media_type = MEDIA_TYPE if answer.status >= 400 else "application/json; charset=utf-8"
    response = HttpResponse(answer.body, status=answer.status, content_type=media_type)
    response[REPLAYED] = "true"
    return response


def request_digest(request: HttpRequest) -> str:
    """Return a keyed hash of what is asked: method, path, query and body, however the body is spelled or split."""
    parts = hashlib.blake2b(key=settings.SECRET_KEY.encode()[:64], digest_size=32)
    for part in (str(request.method).encode(), request.get_full_path().encode(), *_body_parts(request)):
        parts.update(len(part).to_bytes(8, "big") + part)
    return parts.hexdigest()


def _body_parts(request: HttpRequest) -> Iterator[bytes]:
    if request.content_type != "multipart/form-data":
        try:
            yield orjson.dumps(orjson.loads(request.body), option=orjson.OPT_SORT_KEYS)
        except orjson.JSONDecodeError:
            yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        yield from (name.encode(), *(str(value).encode() for value in values))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            content = hashlib.sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            yield from (name.encode(), str(file.name).encode(), content.digest())


def _without(content: bytes, secret_fields: tuple[str, ...]) -> str:
    if not secret_fields or not content:
        return content.decode()
    body = orjson.loads(content)
    return orjson.dumps({name: None if name in secret_fields else body[name] for name in body}).decode()
