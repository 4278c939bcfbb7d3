"""What a request must look like before an endpoint sees it: its type, size, parameters, and characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from ninja.operation import Operation
from ninja.parser import Parser

from titan.api.fields import MAX_INTEGER
from titan.core.errors import FieldError, Invalid, NotFound, TooLarge, UnsupportedType, invalid
from titan.evidence.rules import MAX_BYTES, MAX_TOTAL_BYTES

MEGABYTE = 1024 * 1024
# All the files of an upload, and what separates them.
UPLOAD_LIMIT = MAX_TOTAL_BYTES + MEGABYTE
KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_JSON, _MULTIPART = "application/json", "multipart/form-data"


class JsonParser(Parser):
    """Reads bodies with orjson, and refuses what no database could store."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = orjson.loads(request.body)
        need_storable(body)
        return body

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        if data is not request.GET:
            texts = [(name, text) for name, values in data.lists() for text in values if isinstance(text, str)]
            errors = [error for name, text in texts for error in _unstorable_form_value(name, text)]
            if errors:
                raise Invalid(errors[:20])
        return super().parse_querydict(data, list_fields, request)


def need_storable(body: Any) -> None:
    """Raise Invalid for what is in parsed JSON and no database could store."""
    errors = list(_unstorable(body))
    if errors:
        raise Invalid(errors[:20])


class CappedUpload(FileUploadHandler):
    """Stops an upload at the byte that is too many, instead of storing what will be refused."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MAX_BYTES:
            raise TooLarge("TOO_LARGE", f"{self.file_name} is over the limit of {MAX_BYTES // MEGABYTE} MB.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class LabelKeeper(MultiPartParser):
    """Keeps each file's name as it was sent, as `label`: it is shown, and never used as a name (domain.md §10)."""

    def sanitize_file_name(self, file_name: str) -> str:
        self.sent_name = file_name
        return super().sanitize_file_name(file_name) or "unnamed"

    def handle_file_complete(self, old_field_name: str, counters: list[int]) -> None:
        super().handle_file_complete(old_field_name, counters)
        for file in self._files.getlist(old_field_name)[-1:]:  # type: ignore[attr-defined]
            file.label = self.sent_name


def prepare_upload(request: HttpRequest) -> None:
    """Cap what an upload may bring, and keep the names of its files, before anything reads it. Raises TooLarge."""
    if request.content_type != _MULTIPART:
        return
    if int(request.META.get("CONTENT_LENGTH") or 0) > UPLOAD_LIMIT:
        raise TooLarge("TOO_LARGE", f"One request brings at most {MAX_TOTAL_BYTES // MEGABYTE} MB.")
    request.upload_handlers.insert(0, CappedUpload(request))
    request.parse_file_upload = partial(_parse_upload, request)  # type: ignore[method-assign]


def _parse_upload(request: HttpRequest, meta: Any, post_data: Any) -> Any:
    return LabelKeeper(meta, post_data, request.upload_handlers, request.encoding).parse()


def check_request(request: HttpRequest, operation: Operation, path: dict[str, Any]) -> None:
    """Refuse what `operation` cannot read: NUL in the path (404), the wrong type of body (415), parameters or an
    idempotency key that are none (422)."""
    if any("\x00" in str(value) for value in path.values()):
        raise NotFound("such path")
    _check_type(request, {str(model.__ninja_param_source__) for model in operation.models}, operation)
    _check_query(request, operation)
    key = request.headers.get(KEY_HEADER)
    if request.method == "POST" and key is not None and not _KEY.fullmatch(key):
        raise invalid(KEY_HEADER, "IDEMPOTENCY_KEY_INVALID", "Give 1 to 255 printable ASCII characters without blanks.")


def is_multipart(operation: Operation) -> bool:
    """Say whether `operation` takes files or form fields."""
    return any(model.__ninja_param_source__ in ("form", "file") for model in operation.models)


def _check_type(request: HttpRequest, sources: set[str], operation: Operation) -> None:
    if not sources & {"body", "form", "file"}:
        return
    wanted = _MULTIPART if is_multipart(operation) else _JSON
    empty = not request.content_type and not int(request.META.get("CONTENT_LENGTH") or 0)
    if request.content_type != wanted and not empty:
        raise UnsupportedType("UNSUPPORTED_MEDIA_TYPE", f"Send {wanted}, not {request.content_type or 'nothing'}.")


def _check_query(request: HttpRequest, operation: Operation) -> None:
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    }
    errors = [
        FieldError(name[:100], "UNKNOWN_PARAMETER", f"There is no parameter {name[:100]!r} here.")
        for name in request.GET
        if name not in known
    ]
    for name, values in request.GET.lists():
        if any("\x00" in value for value in values):
            errors.append(FieldError(name, "NUL_CHARACTER", "Leave out the NUL character."))
        if len(values) > 1:
            errors.append(FieldError(name, "REPEATED", "Give this parameter once."))
    if errors:
        raise Invalid(errors[:20])


def _unstorable_form_value(name: str, text: str) -> Iterator[FieldError]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text
    for error in _unstorable(value):
        yield FieldError(name if error.field == "body" else error.field, error.code, error.message)


def _unstorable(body: Any) -> Iterator[FieldError]:
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if "\x00" in name:
                    yield FieldError(place or "body", "NUL_CHARACTER", "Leave out the NUL character.")
                waiting.append((f"{place}.{name}" if place else name, inner))
        elif isinstance(value, list):
            waiting.extend((f"{place}.{index}" if place else str(index), inner) for index, inner in enumerate(value))
        elif isinstance(value, str) and "\x00" in value:
            yield FieldError(place or "body", "NUL_CHARACTER", "Leave out the NUL character.")
        elif isinstance(value, int | float) and abs(value) > MAX_INTEGER:
            yield FieldError(place or "body", "OUT_OF_RANGE", "This number is too large.")
