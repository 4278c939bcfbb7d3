"""The load test: many clients do the day's work against a real `titan serve`, and every answer must be right.

Each client has a trainer of its own and goes round: it makes a class, lets the Smart Picker fill it, marks everyone,
uploads the signed sheet and finalizes; between two of these steps it reads pages and lists, as people do. People also
look at what they see: between two requests passes a second on average. Without that pause, sixteen clients are not
sixteen people but a queue that is always full; it is worth a look too (--pause 0).
"""

from __future__ import annotations

import http.client
import io
import itertools
import json
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CLASS = 20
READS_BETWEEN = 6
LIMITS = {"read": 150.0, "finalize": 500.0}
SOFT = ("STARTS_IN_PAST", "VENUE_OVERLAP", "PREREQUISITE_MISSING", "ATTENDEE_DOUBLE_BOOKED", "VENUE_CAPACITY_EXCEEDED")


@dataclass
class Seen:
    """What the clients saw: times in ms by kind, and whatever was not as it must be."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Keys:
    """What clients sign in with, and what they may use."""

    token: str
    cookie: str
    courses: list[int]
    sheet: bytes


def prepare(workers: int) -> Keys:
    """Load the site in this process and return what the clients need."""
    from django.db import connections

    from bench import classes, loader, verifying
    from bench.showing import Reader
    from titan.demo.sheet import signed_sheet

    at = datetime.now(UTC)
    loader.load(workers, at=at)
    verifying.begin_anew(at)
    reader = Reader(at)
    courses = [course for course, _months in classes.course_ids()]
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in reader.pages.cookies.items())
    connections.close_all()
    return Keys(reader.token, cookie, courses, signed_sheet("LOAD", "Load test", ["1"], ["1"]))


class Server:
    """A real `titan serve` on a free port, watched."""

    def __init__(self, options: list[str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        program = "from titan.cli.main import main; main()"
        command = [sys.executable, "-c", program, "serve", "--port", str(self.port), *options]
        self.process = subprocess.Popen(command, env=os.environ.copy())  # noqa: S603

    def __enter__(self) -> Server:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("titan serve did not start.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def megabytes(self) -> float:
        """Return the resident memory of the server's processes, in MB (Linux; elsewhere 0)."""
        return sum(_resident(pid) for pid in _family(self.process.pid)) / 1e6


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


class Client:
    """One person at work."""

    def __init__(self, number: int, port: int, keys: Keys, seen: Seen, *, began: datetime, pause: float) -> None:
        self.number, self.keys, self.seen, self.pause = number, keys, seen, pause
        self.luck = random.Random(number)  # noqa: S311 - no secret
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        # Each class ends in the past, and none of a trainer's overlap.
        self.slots = (began - timedelta(minutes=10 * step) for step in itertools.count(2))

    def work(self, until: float) -> None:
        """Go round until the clock says `until`."""
        try:
            while time.monotonic() < until:
                self.hold_a_class(until)
        except Exception as error:
            self.seen.errors.append(f"client {self.number}: {error!r}")

    def hold_a_class(self, until: float) -> None:
        """Make, fill, mark, prove and finalize one class, reading in between."""
        end = next(self.slots)
        plan = {
            "course_id": self.luck.choice(self.keys.courses),
            "trainer_id": 1 + self.number,
            "venue_id": 1 + self.number % 12,
            "slots": [{"starts_at": (end - timedelta(minutes=8)).isoformat(), "ends_at": end.isoformat()}],
        }
        session_id = self.api("write", "POST", "/sessions", plan)["id"]
        self.api("write", "POST", f"/sessions/{session_id}/schedule", {"override": list(SOFT)})
        self.browse(session_id, until)
        picked = self.api("read", "GET", f"/sessions/{session_id}/suggestions?limit=50")["items"]
        people = [row["worker"]["id"] for row in self.luck.sample(picked, min(CLASS, len(picked)))]
        self.api("write", "POST", f"/sessions/{session_id}/attendees", {"worker_ids": people})
        for some in (people[:7], people[7:14], people[14:]):
            marks = [{"worker_id": pk, "status": "ATTENDED", "result": "PASSED"} for pk in some]
            self.api("write", "PATCH", f"/sessions/{session_id}/attendance", {"attendees": marks})
            self.browse(session_id, until)
        self.upload(session_id)
        self.browse(session_id, until)
        outcome = self.api("finalize", "POST", f"/sessions/{session_id}/finalize")
        made = outcome["training_records"] + outcome["competency_pending"]
        if made != len(people):
            self.seen.errors.append(f"session {session_id}: {made} records for {len(people)} people")
        self.browse(session_id, until, worker_id=people[0])

    def browse(self, session_id: int, until: float, worker_id: int = 0) -> None:
        """Read what people read."""
        worker = worker_id or self.luck.randrange(1, 2000)
        pages = ["/", "/matrix", "/workers", "/sessions", f"/sessions/{session_id}", f"/workers/{worker}", "/verify"]
        lists = [
            "/workers?limit=50&search=dem",
            f"/workers/{worker}/compliance",
            f"/sessions/{session_id}/suggestions?limit=50&search=li",
            f"/sessions/{session_id}",
            "/records?limit=50",
            "/compliance/summary",
        ]
        for path in self.luck.sample(pages, READS_BETWEEN // 2):
            if time.monotonic() < until:
                self.send("read", "GET", path, headers={"Cookie": self.keys.cookie})
        for path in self.luck.sample(lists, READS_BETWEEN // 2):
            if time.monotonic() < until:
                self.api("read", "GET", path)

    def api(self, kind: str, method: str, path: str, body: Any = None) -> Any:
        """Send JSON with the token; return the answer's JSON."""
        headers = {"Authorization": f"Bearer {self.keys.token}"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        return json.loads(self.send(kind, method, f"/api/v1{path}", data, headers))

    def upload(self, session_id: int) -> None:
        """Upload the signed sheet."""
        mark = uuid.uuid4().hex
        body = io.BytesIO()
        body.write(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="sheet.pdf"\r\n'.encode())
        body.write(b"Content-Type: application/pdf\r\n\r\n" + self.keys.sheet + f"\r\n--{mark}--\r\n".encode())
        headers = {
            "Authorization": f"Bearer {self.keys.token}",
            "Content-Type": f"multipart/form-data; boundary={mark}",
        }
        self.send("upload", "POST", f"/api/v1/sessions/{session_id}/evidence", body.getvalue(), headers)

    def send(
        self, kind: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        """Send one request after a look at the last answer, and return its own; raises for anything but success."""
        time.sleep(self.luck.uniform(0, 2 * self.pause))
        began = time.perf_counter()
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read()
        self.seen.times[kind].append((time.perf_counter() - began) * 1000)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def run(server: Server, keys: Keys, *, clients: int, seconds: float, pause: float) -> Seen:
    """Let `clients` work for `seconds`, each with `pause` seconds on average between requests; return what they saw."""
    seen, began = Seen(), datetime.now(UTC)
    until = time.monotonic() + seconds
    people = [Client(number, server.port, keys, seen, began=began, pause=pause) for number in range(clients)]
    threads = [threading.Thread(target=one.work, args=[until], daemon=True) for one in people]
    for thread in threads:
        thread.start()
    start = time.monotonic()
    while any(thread.is_alive() for thread in threads) and time.monotonic() < until + 60:
        seen.memory.append((time.monotonic() - start, server.megabytes()))
        time.sleep(1)
    return seen


def lines(seen: Seen) -> Iterator[tuple[str, ...]]:
    """Return the table's lines: kind, requests, p50, p95, p99, limit of p95, verdict."""
    for kind in ("read", "write", "upload", "finalize"):
        times = sorted(seen.times[kind])
        if not times:
            continue
        p95, limit = _quantile(times, 0.95), LIMITS.get(kind)
        verdict = "" if limit is None else "holds" if p95 <= limit else "MISSED"
        shown = [f"{value:.0f}" for value in (statistics.median(times), p95, _quantile(times, 0.99))]
        yield (kind, f"{len(times):,}", *shown, "" if limit is None else f"{limit:.0f}", verdict)


def _quantile(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def memory_words(seen: Seen) -> str:
    """Return the server's memory over time in words: at a tenth, half and the end."""
    steps = [seen.memory[int((len(seen.memory) - 1) * share)] for share in (0.1, 0.25, 0.5, 0.75, 1.0)]
    return ", ".join(f"{megabytes:.0f} MB at {at:.0f} s" for at, megabytes in steps)
