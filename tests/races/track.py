"""Processes that race on one database: each holds a connection, all begin at the same moment."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.races.racer import Cue, Outcome

ROOT = Path(__file__).parents[2]
HEAD_START = 0.05


class Racers:
    """Some processes of Titan on the database at `url`, used as a context manager."""

    def __init__(self, url: str, number: int = 4) -> None:
        self.url = url
        self.number = number
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Racers:
        environment = {
            **os.environ,
            "TITAN_DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "titan.config.settings",
        }
        for _ in range(self.number):
            command = [sys.executable, "-m", "tests.races"]
            pipe = subprocess.PIPE
            self._processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, cwd=ROOT))
        for process in self._processes:
            assert self._answer(process) == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def race(self, step: Callable[..., Any], runs: Sequence[dict[str, Any]]) -> list[Outcome]:
        """Run `step` once per process, each with its own arguments, at the same moment; return what came of each."""
        assert len(runs) <= self.number
        start = time.time() + HEAD_START
        racing = self._processes[: len(runs)]
        for process, arguments in zip(racing, runs, strict=True):
            assert process.stdin is not None
            pickle.dump(Cue(step, arguments, start), process.stdin)
            process.stdin.flush()
        outcomes = [self._answer(process) for process in racing]
        crashes = [outcome.crash for outcome in outcomes if outcome.crash]
        assert not crashes, crashes
        return outcomes

    def _answer(self, process: subprocess.Popen[bytes]) -> Any:
        assert process.stdout is not None
        return pickle.load(process.stdout)  # noqa: S301 (our own racer wrote it)


def winners(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes of those who won."""
    return [outcome for outcome in outcomes if outcome.won]


def refusals(outcomes: Sequence[Outcome]) -> list[tuple[int, str]]:
    """Return status and code of each refusal, in order."""
    return sorted((outcome.status, outcome.code) for outcome in outcomes if not outcome.won)
