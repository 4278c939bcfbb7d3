"""How long the application took for each answer, told to the browser in a header that pages of tests add up.

And whether it answers anybody at all: a window that is closed does not end what was asked in it.
"""

from __future__ import annotations

import resource
import threading
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
        with _answering:
            response = get_response(request)
        passed, work = time.perf_counter() - begin, _worked() - worked
        response["Server-Timing"] = f"app;dur={passed * 1000:.1f}, cpu;dur={work * 1000:.1f}"
        return response

    return timed


class _Answering:
    """Counts the requests that are being answered, in whichever thread."""

    def __init__(self) -> None:
        self.count, self._lock = 0, threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.count -= 1


_answering = _Answering()


def nobody_is_answered() -> bool:
    """Tell whether no request is being answered."""
    return _answering.count == 0


def _worked() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime
