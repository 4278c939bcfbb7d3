"""The shape of the log: one line per event, as JSON or as text, with the id of the request it belongs to."""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("titan_request_id", default="")
JSON_FIELDS = ("asctime", "levelname", "name", "message")

ExceptionTriple = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RequestIdFilter(logging.Filter):
    """Gives each line the id of the request in which it was written; drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True


def without_words(error: BaseException) -> str:
    """Return the kinds and places of `error` and of what caused it, without the words of any: they may quote people.

    Of an error of the database its state is told, which is a code of the standard.
    """
    told = []
    for cause in reversed(_chain(error)):
        state = getattr(cause, "sqlstate", None)
        told.append(type(cause).__qualname__ + (f" (SQLSTATE {state})" if state else ""))
        told += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in _frames(cause)]
    return "\n".join(told)


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return chain


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__, limit=-30)


class _Wordless(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 (the library's name)
        return without_words(ei[1]) if ei[1] is not None else ""


class PlainFormatter(_Wordless):
    """Lines for a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")


class JsonLines(_Wordless, JsonFormatter):
    """Lines for programs: one JSON object each, time in UTC."""

    def __init__(self) -> None:
        JsonFormatter.__init__(
            self,
            " ".join(f"%({field})s" for field in JSON_FIELDS),
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger", "exc_info": "error"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            json_ensure_ascii=False,
        )
