"""One of several processes that race: waits for its cue, runs one step, answers what came of it.

Started by `track.Racers` as `python -m tests.races`. Cues and answers are pickles on standard input and output.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cue:
    """What to run, and the moment (of time.time) at which all racers begin."""

    step: Callable[..., Any]
    arguments: dict[str, Any]
    start: float


@dataclass(frozen=True)
class Outcome:
    """What came of a step: its result, or the refusal it met; `crash` is any other error, which is a bug."""

    result: Any = None
    code: str = ""
    status: int = 0
    extra: Any = None
    crash: str = ""

    @property
    def won(self) -> bool:
        return not self.code and not self.crash


def run(cue: Cue) -> Outcome:
    """Run the step of `cue` when its moment has come."""
    from django.db import DatabaseError, connection

    from titan.core.errors import Refusal
    from titan.core.guards import refusal_of
    from titan.ledger.commands.sign import signed_by_now

    connection.ensure_connection()
    while time.time() < cue.start:
        pass
    try:
        return Outcome(result=cue.step(**cue.arguments))
    except Refusal as refusal:
        return Outcome(code=refusal.code, status=refusal.status, extra=refusal.extra)
    except DatabaseError as error:
        meaning = refusal_of(error)
        if meaning is None:
            return Outcome(crash=repr(error))
        return Outcome(code=meaning.code, status=meaning.status)
    except Exception as error:  # whatever it is, the test shall see it
        return Outcome(crash=repr(error))
    finally:
        # Between races the database may be put back as new, which nobody must hold open, nor sign what was there.
        signed_by_now()
        connection.close()


def main() -> None:
    import django

    django.setup()
    answers = sys.stdout.buffer
    pickle.dump("ready", answers)
    answers.flush()
    while True:
        try:
            cue = pickle.load(sys.stdin.buffer)  # noqa: S301 (our own test wrote it)
        except EOFError:
            return
        pickle.dump(run(cue), answers)
        answers.flush()
