"""JSON out: datetimes as RFC 3339 in site time, dates as YYYY-MM-DD."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from functools import partial
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from titan.api.caller import known_caller


class SiteTimeRenderer(BaseRenderer):
    """Renders answers with orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        who = known_caller(request)
        plain = partial(_plain, zone=who.site.zone if who else UTC)
        return orjson.dumps(data, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)


def as_it_is(data: Any) -> HttpResponse:
    """Answer with rows that are already what their shape says, moments in site time: nothing is checked and copied.

    Half of a list's time went into that. tests/api/test_shapes.py compares them with their shapes instead.
    """
    return HttpResponse(orjson.dumps(data), content_type="application/json; charset=utf-8")


def _plain(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(f"{type(value).__name__} has no JSON form.")
