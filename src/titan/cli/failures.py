"""Whatever goes wrong becomes a message and an exit code, never a traceback.

Exit codes: 1 refused or failed, 2 wrong options or configuration.
"""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

import typer

LOG = "errors.log"


class Stop(Exception):  # noqa: N818 (no error: a command that ends early)
    """A command cannot go on; the message says why and what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def explain(error: Exception) -> int:
    """Tell the person at the terminal what `error` means; return the exit code."""
    from titan.config.environment import ConfigurationError
    from titan.core.errors import Refusal

    if isinstance(error, Stop):
        complain(str(error))
        return error.code
    if isinstance(error, ConfigurationError):
        complain(str(error))
        return 2
    if isinstance(error, Refusal):
        complain(_in_words(error))
        return 1
    return _explain_unexpected(error)


def complain(message: str) -> None:
    """Write a message to the standard error output."""
    typer.echo(message, err=True)


def _in_words(refusal: Exception) -> str:
    from titan.core.errors import Refusal

    assert isinstance(refusal, Refusal)  # noqa: S101 (for the type checker)
    if not refusal.errors:
        return refusal.detail
    places = [f"{error.field}: {error.message}" for error in refusal.errors]
    said = refusal.detail if refusal.code == "FOLDER_INVALID" else ""
    return "\n".join([*places, *([said] if said else [])])


def _explain_unexpected(error: Exception) -> int:
    from django.db import DatabaseError

    if isinstance(error, DatabaseError):
        complain(f"The database does not work as expected: {str(error).strip().splitlines()[0]}")
        complain("Check TITAN_DATABASE_URL (or the file titan.sqlite3 in TITAN_HOME), then try again.")
    elif isinstance(error, OSError):
        named = f" ({error.filename})" if error.filename else ""
        complain(f"The system refused: {error.strerror or error}{named}.")
    else:
        complain(f"Something unexpected happened: {type(error).__name__}.")
    where = _keep_traceback(error)
    if where:
        complain(f"Details for whoever mends it: {where}")
    return 1


def _keep_traceback(error: Exception) -> Path | None:
    """Append the traceback to a file in the home, if there is one; return the file."""
    path = Path(os.environ.get("TITAN_HOME", "").strip() or "./var").expanduser() / LOG
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(f"\n{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}")
    except OSError:
        return None
    return path
