"""Whether an error of the database means that it is away or full, rather than that Titan is wrong."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, OperationalError

RETRY_AFTER_SECONDS = 5
# What SQLite says, with the same exception, of a statement or a schema that is wrong.
OUR_FAULT = ("no such", "syntax error", "has no column", "ambiguous", "too many SQL variables")
# A connection that is refused or cut off, a server that starts, stops or is full: the classes of PostgreSQL's states;
# and one that only lets itself be read, such as the other one of a pair.
AWAY = ("08", "53", "57", "58", "25006")


def is_outage(error: BaseException | None) -> bool:
    """Tell whether `error` says that the database cannot be asked now, so that asking later may help."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state:
        return str(state).startswith(AWAY)
    return isinstance(error, OperationalError) and not any(words in str(error) for words in OUR_FAULT)
