"""The order of refusals: 401, then 403 and 404, then what is wrong with the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from titan.api.fields import MAX_INTEGER
from titan.core.errors import NotFound

View = TypeVar("View", bound=Callable[..., Any])
Check = Callable[..., object]

EARLY_ANSWERS = {400, 403, 413, 415, 422}
"""Answers that may come before somebody said that the caller may not, or that there is no such thing.

403 is one of them: a role that may not do it is not told that there is something it may not see either.
"""


def refuses_first(*checks: Check) -> Callable[[View], View]:
    """Let each `check(by, **path_ids)`, in turn, raise Forbidden or NotFound before the values are judged.

    Only asked when the request was refused, so that a good one costs nothing: commands check by themselves. Put what
    asks whether the thing is the caller's to see first: what is not is 404, whatever they would do with it.
    """

    def mark(view: View) -> View:
        view.titan_refuses_first = checks  # type: ignore[attr-defined]
        return view

    return mark


def first_checks(view: Callable[..., Any]) -> tuple[Check, ...]:
    """Return the checks that `refuses_first` put on `view`."""
    return getattr(view, "titan_refuses_first", ())


def path_ids(path: dict[str, Any]) -> dict[str, Any]:
    """Return the ids of a path as numbers; raises NotFound for what can be no id."""
    return {name: _number(value) if name.endswith("_id") else value for name, value in path.items()}


def _number(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > MAX_INTEGER:
        raise NotFound("such thing")
    return int(text)
