"""`titan serve`: the server, in one process or several."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Lock
from typing import Annotated, Any

import typer

from titan.cli.failures import Stop
from titan.cli.nights import watch_nights
from titan.cli.start import need_guards, need_storage, start
from titan.core.clock import now

THREADS = 4
SECONDS_TO_FINISH = 2
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (only for those who ask for it)

Application = Callable[..., Any]
Host = Annotated[str, typer.Option(envvar="TITAN_HOST", help="The address to listen on.")]
Port = Annotated[int, typer.Option(envvar="TITAN_PORT", min=1, max=65535, help="The port to listen on.")]
Workers = Annotated[
    int, typer.Option(envvar="TITAN_WORKERS", min=1, max=64, help="Processes that answer, four threads each.")
]
Jobs = Annotated[
    bool, typer.Option("--jobs/--no-jobs", help="Run the nightly jobs here too, or leave them to titan worker.")
]


def serve(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1, jobs: Jobs = True) -> None:
    """Serve the pages and the API until Ctrl-C or SIGTERM.

    Refuses to start when the database has lost a guard. Catches up the nightly sweep, and runs the jobs of the night
    after every midnight of the site by itself, each of them once among all servers and workers on one database.
    Several servers may share one home or database. For other machines to reach it, name their way in
    TITAN_ALLOWED_HOSTS too.

    Examples:

      titan serve

      titan serve --host 0.0.0.0 --port 80

      titan serve --workers 4 --no-jobs
    """
    leave_on_signals()
    with _figures_of(workers):
        start()
        run_server(host, port, workers=workers, jobs=jobs)


def leave_on_signals() -> None:
    """Let SIGTERM and SIGINT end the process cleanly while it gets ready: what is not committed is rolled back."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))


def run_server(host: str, port: int, *, workers: int = 1, jobs: bool = True, greeting: str = "") -> None:
    """Check, catch up, and serve at `host` and `port` until told to stop.

    workers: how many processes answer. jobs: whether they look for the nightly jobs too. greeting: is printed once it
    answers.
    """
    need_guards()
    need_storage()
    need_free_port(host, port)
    catch_up()
    # Here a fault becomes a message; and a forked worker has everything at once.
    application()
    from django.db import connections

    from titan.ledger.commands.sign import signed_by_now

    # What is at work while a process is forked is at work there for ever.
    signed_by_now()
    connections.close_all()
    first = multiprocessing.Lock()
    _serve(host, port, workers, partial(work, partial(_greet, first, host, port, greeting), jobs=jobs))


@contextmanager
def _figures_of(workers: int) -> Iterator[None]:
    """Let several processes add up their figures in one folder (titan.watch.metrics) as long as the context lasts.

    Entered before anything is counted: the library decides once, when it is imported.
    """
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="titan-figures-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


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


def _serve(host: str, port: int, workers: int, loader: Callable[[], Application]) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        target="titan.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=128,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=loader, wrap_loader=False)


def application() -> Application:
    """Return the application with all its pages, so that the first request waits for nothing."""
    from django.urls import get_resolver

    from titan.config.wsgi import application as wsgi_application
    from titan.web.jinja import read_all

    get_resolver().url_patterns  # noqa: B018 (reading it imports the pages and the API)
    read_all()
    return wsgi_application


def work(greet: Callable[[], None], *, jobs: bool) -> Application:
    """Begin the worker process: threads live here, so that the process that starts workers has none to copy."""
    parent = os.getppid()
    ready = application()
    lives: list[Callable[[], None]] = [partial(_leave_with, parent), greet]
    if jobs:
        lives.append(watch_nights)
    for life in lives:
        threading.Thread(target=life, daemon=True).start()
    return ready


def _leave_with(parent: int) -> None:
    """End this worker when its parent is gone: killed outright, that could not say so, and the port stays taken."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _greet(first: Lock, host: str, port: int, greeting: str) -> None:
    """Say where Titan answers, once it does; of several processes the first one says it."""
    if not first.acquire(block=False):
        return
    while True:
        try:
            with socket.create_connection((ANY_ADDRESS.get(host, host), port), timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"{greeting}Titan answers at http://{shown}:{port} (Ctrl-C stops it)")
    sys.stdout.flush()
