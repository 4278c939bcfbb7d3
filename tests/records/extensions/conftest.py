"""What these tests begin with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.records.extensions.deciding import EXPIRY
from tests.training.acting import settle
from titan.records.models import TrainingRecord


@pytest.fixture
def record(worker: Any, course: Any) -> TrainingRecord:
    made = cast.make_record(worker, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
    settle()
    return made
