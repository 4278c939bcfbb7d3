"""A worker's page as of a past day: what the address asks, and the answer or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.compliance.queries.as_of import AsOf, ItemAsOf, Known, worker_as_of
from titan.core.errors import Invalid
from titan.web.language import language_of_titles
from titan.web.visit import Visit


@dataclass(frozen=True)
class Asked:
    """What somebody asks about a day. typed: the day as it stands in the address. error: why there is no answer."""

    typed: str
    known: Known
    answer: AsOf | None = None
    error: str = ""

    @property
    def differing(self) -> list[ItemAsOf]:
        """The items about which what was known then and what is known now do not agree."""
        return [item for item in self.answer.items if item.differs] if self.answer else []


def asked_in(request: HttpRequest, visit: Visit, worker_id: int) -> Asked:
    """Return what the address asks about a day, answered; nothing is asked without a day.

    Raises Forbidden and NotFound.
    """
    typed = request.GET.get("on", "").strip()
    known = Known.NOW if request.GET.get("known") == Known.NOW else Known.THEN
    if not typed:
        return Asked("", known)
    try:
        on = date.fromisoformat(typed)
    except ValueError:
        return Asked("", known, error=_("Give a day, such as %(day)s.") % {"day": visit.today.isoformat()})
    try:
        answer = worker_as_of(worker_id, on, known=known, by=visit.actor, at=visit.at, language=language_of_titles())
    except Invalid as refusal:
        return Asked(typed, known, error=" ".join(error.message for error in refusal.errors))
    return Asked(typed, known, answer)
