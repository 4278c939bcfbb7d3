"""Progress bars, on a terminal only, and only for what takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

PATIENCE_SECONDS = 1.0


class Bar:
    """A bar that shows itself once its work has taken a second."""

    def __init__(self, label: str, *, shown: bool) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, transient=True)
        self._task = self._progress.add_task(label, total=None)
        self._shown, self._started, self._runs = shown, time.monotonic(), False

    def show(self, done: int, total: int, label: str | None = None) -> None:
        """Show that `done` of `total` steps are done; label: what is being done now."""
        self._progress.update(self._task, completed=done, total=total)
        if label:
            self._progress.update(self._task, description=label)
        if self._shown and not self._runs and time.monotonic() - self._started >= PATIENCE_SECONDS:
            self._progress.start()
            self._runs = True

    def close(self) -> None:
        """Take the bar away."""
        if self._runs:
            self._progress.stop()


@contextmanager
def bar(label: str) -> Iterator[Bar]:
    """Show a bar while the block works, if a person can see it."""
    shown = Bar(label, shown=sys.stderr.isatty() and sys.stdout.isatty())
    try:
        yield shown
    finally:
        shown.close()


def stepwise(shown: Bar, steps: Sequence[str]) -> Callable[[str], None]:
    """Return a function that is told each of `steps` when it begins, and moves the bar."""

    def on_step(step: str) -> None:
        shown.show(steps.index(step), len(steps), step)

    return on_step
