"""`titan serve`: the server, with its nightly jobs."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from titan.cli.failures import Stop
from titan.cli.start import need_guards, start
from titan.core.clock import now, start_of_day

THREADS = 4
SECONDS_TO_FINISH = 2
AFTER_MIDNIGHT = timedelta(minutes=1)
TRY_AGAIN = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)

Host = Annotated[str, typer.Option(envvar="TITAN_HOST", help="The address to listen on.")]
Port = Annotated[int, typer.Option(envvar="TITAN_PORT", min=1, max=65535, help="The port to listen on.")]

log = logging.getLogger("titan.serve")


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the pages and the API until Ctrl-C or SIGTERM.

    Refuses to start when the database has lost a guard. Catches up the nightly sweep, and runs it after every
    midnight of the site by itself. Several servers may share one home or database. For other machines to reach it,
    name their way in TITAN_ALLOWED_HOSTS too.

    Examples:

      titan serve

      titan serve --host 0.0.0.0 --port 80
    """
    leave_on_signals()
    start()
    run_server(host, port)


def leave_on_signals() -> None:
    """Let SIGTERM and SIGINT end the process cleanly while it gets ready: what is not committed is rolled back."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))


def run_server(host: str, port: int, *, greeting: str = "") -> None:
    """Check, catch up, and serve at `host` and `port` until told to stop; greeting: is printed once it answers."""
    need_guards()
    need_free_port(host, port)
    catch_up()
    from django.db import connections

    connections.close_all()
    stopped = threading.Event()
    threading.Thread(target=_greet, args=(host, port, greeting, stopped), daemon=True).start()
    threading.Thread(target=nights, args=(stopped,), daemon=True).start()
    try:
        _serve(host, port)
    finally:
        stopped.set()


def need_free_port(host: str, port: int) -> None:
    """Raise Stop when nobody may listen at `host` and `port`, or somebody does already."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as error:
        raise Stop(f"--host {host}: there is no such address. Give one of this machine, such as 127.0.0.1.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"--port {port}: another program listens at {host}:{port}. Stop it, or give another port, such as "
                f"--port {port + 1 if port < 65535 else 8000} (or TITAN_PORT)."
            ) from error
        if error.errno == errno.EACCES:
            raise Stop(f"--port {port}: only the system's own user may listen there. Give one above 1023.") from error
        raise Stop(
            f"--host {host}: cannot listen there ({error.strerror}). Give an address of this machine."
        ) from error


def catch_up() -> None:
    """Sweep the nights that were missed, however many."""
    from titan.compliance.commands import catch_up as catch_up_verdicts

    catch_up_verdicts(at=now())


def nights(stopped: threading.Event) -> None:
    """Run the nightly jobs after every midnight of the site, until `stopped`; a failed night is tried again."""
    due = _next_night()
    while not stopped.wait(_patience(due)):
        if now() >= due:
            due = _next_night() if run_night() else now() + TRY_AGAIN


def _patience(due: datetime) -> float:
    # Long waits are taken in pieces: the clock may be set, and the machine may sleep.
    return max(timedelta(), min(due - now(), LONGEST_WAIT)).total_seconds()


def _next_night() -> datetime:
    from django.db import connections

    from titan.core import settings

    at = now()
    try:
        site = settings.current()
        return start_of_day(site.today(at) + timedelta(days=1), site.zone) + AFTER_MIDNIGHT
    except Exception:
        log.exception("The next night could not be worked out")
        return at + TRY_AGAIN
    finally:
        connections.close_all()


def run_night() -> bool:
    """Run every nightly job; tell whether all of them succeeded. One that fails does not keep the others."""
    from django.db import connections

    from titan.core.jobs import nightly_jobs

    succeeded = True
    for name, job in nightly_jobs().items():
        try:
            job(now())
        except Exception:
            log.exception("The nightly job “%s” failed; it is tried again", name)
            succeeded = False
        finally:
            connections.close_all()
    return succeeded


def _greet(host: str, port: int, greeting: str, stopped: threading.Event) -> None:
    """Say where Titan answers, once it does."""
    reached = f"[{host}]" if ":" in host else host
    while not stopped.wait(0.05):
        try:
            with socket.create_connection((_reachable(host), port), timeout=1):
                break
        except OSError:
            continue
    if not stopped.is_set():
        typer.echo(f"{greeting}Titan answers at http://{reached}:{port} (Ctrl-C stops it)")
        sys.stdout.flush()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (what the person asked for)


def _serve(host: str, port: int) -> None:
    import multiprocessing

    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # A forked worker would inherit connections, threads and locks.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        target="titan.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=128,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load_application, wrap_loader=False)


def load_application() -> Callable[..., Any]:
    """Return the application, in the worker process; everything a first request would wait for is loaded now."""
    _leave_with(os.getppid())
    from django.urls import get_resolver

    from titan.config.wsgi import application

    get_resolver().url_patterns  # noqa: B018 (reading it imports the pages and the API)
    return application


def _leave_with(parent: int) -> None:
    """End this worker when its parent is gone: killed outright, it could not say so, and the port stays taken."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
