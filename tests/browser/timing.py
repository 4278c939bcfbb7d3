"""How long the application took for each answer, told to the browser in a header that pages of tests add up."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def server_timing(get_response: Answer) -> Answer:
    """Return a middleware that adds `Server-Timing: app;dur=<milliseconds>, cpu;dur=<milliseconds>`.

    app: what passed on the clock, cpu: what processors worked on it, children that looked into files included; on a
    machine that does other work besides, only the latter says something of the product.
    """

    def timed(request: HttpRequest) -> HttpResponse:
        begin, worked = time.perf_counter(), _worked()
        response = get_response(request)
        passed, work = time.perf_counter() - begin, _worked() - worked
        response["Server-Timing"] = f"app;dur={passed * 1000:.1f}, cpu;dur={work * 1000:.1f}"
        return response

    return timed


def _worked() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime
