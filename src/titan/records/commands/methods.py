"""The assessment method library (domain.md §8)."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.given import Wrong
from titan.core.language import _
from titan.core.permit import need_admin
from titan.records.models import AssessmentMethod

NAME_LIMIT = 100


@command
def create_assessment_method(code: str, name: str, *, by: Actor, at: datetime) -> int:
    """Add a way to assess competency and return its id; `code` is unique."""
    need_admin(by)
    wrong = Wrong()
    code = wrong.code("code", code)
    name = wrong.text("name", name, limit=NAME_LIMIT, required=True)
    if AssessmentMethod.objects.filter(code=code).exists():
        wrong.add("code", "NOT_UNIQUE", _("Another method has this code. Choose another code."))
    wrong.refuse()
    method = AssessmentMethod.objects.create(code=code, name=name)
    say(
        "assessment_method.created",
        "assessment_method",
        method.pk,
        after={"code": method.code, "name": method.name},
    )
    return method.pk
