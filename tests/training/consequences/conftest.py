"""A session that is found false: who sat in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.training.acting import FAILED, PASSED, act, held, settle
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession


@pytest.fixture
def people(course: Any) -> list[Any]:
    """Four workers of whom the course is asked before site entry."""
    role = cast.make_role()
    cast.require(role, course)
    made = [cast.make_worker(role=role) for _ in range(4)]
    settle()
    return made


@pytest.fixture
def session(course: Any, people: list[Any]) -> TrainingSession:
    """A finalized session: three passed, one failed."""
    marks = {people[0]: PASSED, people[1]: PASSED, people[2]: PASSED, people[3]: FAILED}
    made = held(course, marks)
    act(finalize_session, made.pk)
    return made
