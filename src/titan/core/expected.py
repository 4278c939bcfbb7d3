"""Two people edit the same thing: what one of them saw must still be so when they save, or nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from titan.core.errors import Conflict
from titan.core.language import _

STALE = "STALE"


def need_expected(now: Mapping[str, Any], seen: Mapping[str, Any], what: str) -> None:
    """Go on when everything that an editor saw is still stored; raise Conflict STALE when somebody else changed it.

    now: what is stored, read under the lock of the command. seen: what stood in the editor's form, by the same names;
    what it does not name was not looked at (nothing at all: a caller who states what they want, such as the API).
    what: such as "role RIG".
    """
    if any(now[name] != value for name, value in seen.items()):
        raise Conflict(
            STALE,
            _("The %(what)s was changed by somebody else meanwhile. Read it again, then repeat your change.")
            % {"what": what},
        )
