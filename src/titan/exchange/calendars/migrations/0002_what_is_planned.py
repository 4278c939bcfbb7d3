"""Begin an appointment for each slot that was planned before there were calendars."""

import uuid

from django.db import migrations
from django.utils import timezone

STATUSES = {"DRAFT": "TENTATIVE", "SCHEDULED": "CONFIRMED", "COMPLETED": "CONFIRMED"}
AT_ONCE = 1_000


def begin(apps, schema_editor):
    slots, events = apps.get_model("training", "Slot"), apps.get_model("calendars", "Event")
    at, batch = timezone.now(), []
    for slot in slots.objects.filter(session__status__in=STATUSES).select_related("session").iterator(AT_ONCE):
        session = slot.session
        batch.append(
            events(
                uid=uuid.uuid4(),
                sequence=0,
                session_id=session.pk,
                status=STATUSES[session.status],
                course_id=session.course_id,
                title=session.title,
                trainer_id=session.trainer_id,
                venue_id=session.venue_id,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                since=at,
            )
        )
        if len(batch) == AT_ONCE:
            events.objects.bulk_create(batch)
            batch = []
    events.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_initial")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=True)]
