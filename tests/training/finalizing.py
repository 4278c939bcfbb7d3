"""What tests of finalizing share."""

from __future__ import annotations

from typing import Any

from tests import cast
from tests.training.acting import (
    settle,
)


def workers(number: int, **values: Any) -> list[Any]:
    made = [cast.make_worker(**values) for _ in range(number)]
    settle()
    return made
