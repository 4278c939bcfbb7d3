"""The preview is what happens."""

from __future__ import annotations

import pytest

from tests.merging.merge.refusing import refused
from tests.merging.people import Site, merge, outside
from tests.training.acting import ADMIN, AT
from titan.audit.models import AuditEvent
from titan.compliance.queries.merging import merge_preview
from titan.ledger.models import Leaf
from titan.personnel.models import Worker

pytestmark = pytest.mark.django_db


def test_the_preview_is_what_happens_and_writes_nothing(place: Site) -> None:
    gone, stays = place.person(areas=[place.yard]), place.person(role=place.role)
    place.live(gone)
    before = (AuditEvent.objects.count(), Leaf.objects.count(), list(Worker.objects.order_by("pk").values()))
    preview = merge_preview(gone.pk, stays.pk, by=ADMIN, at=AT)
    assert (AuditEvent.objects.count(), Leaf.objects.count(), list(Worker.objects.order_by("pk").values())) == before
    assert (preview.effect.overall_before, preview.effect.overall_after) == ("NON_COMPLIANT", "NON_COMPLIANT")
    assert [one.item.course_id for one in preview.effect.appear] == [place.signed.pk]
    assert [one.item.course_id for one in preview.effect.differ] == [place.course.pk]
    assert merge(gone, stays, shown=preview.merged.digest) == preview.merged


def test_what_changed_since_the_preview_is_not_merged(place: Site) -> None:
    gone, stays = place.person(), place.person()
    shown = merge_preview(gone.pk, stays.pk, by=ADMIN, at=AT).merged.digest
    outside(gone, place.course)
    refused("CHANGED_SINCE", gone, stays, shown=shown)
