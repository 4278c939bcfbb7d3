"""The assessment method library (domain.md §8)."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import FieldError, Invalid
from titan.core.permit import need_admin
from titan.records.models import AssessmentMethod


@command
def create_assessment_method(code: str, name: str, *, by: Actor, at: datetime) -> int:
    """Add a way to assess competency and return its id; `code` is unique."""
    need_admin(by)
    errors = [
        FieldError(field, "REQUIRED", f"Give the method a {field}.")
        for field, value in (("code", code), ("name", name))
        if not value.strip()
    ]
    if AssessmentMethod.objects.filter(code=code.strip()).exists():
        errors.append(FieldError("code", "NOT_UNIQUE", "Another method has this code. Choose another code."))
    if errors:
        raise Invalid(errors)
    method = AssessmentMethod.objects.create(code=code.strip(), name=name.strip())
    say(
        "assessment_method.created",
        "assessment_method",
        method.pk,
        after={"code": method.code, "name": method.name},
    )
    return method.pk
