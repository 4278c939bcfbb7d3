"""What class lists say about somebody who was erased: the marks stay, the words go (domain.md §4)."""

from __future__ import annotations

from titan.core.bulk import id_set
from titan.core.erasing import Person
from titan.training.models import Attendee


def blank_remarks(person: Person) -> None:
    """Blank the remarks about `person` on every class list."""
    Attendee.objects.filter(worker_id__in=id_set(person.worker_ids)).exclude(remarks="").update(remarks="")
