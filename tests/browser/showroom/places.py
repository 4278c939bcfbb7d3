"""Where everything stands that the showroom adds to the demo site, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.browser.showroom import classes, imports, logins, people, records
from tests.browser.showroom.opening import NOW
from tests.browser.showroom.staff import Staff, session_of


def all_places() -> dict[str, Any]:
    """Add to the demo site what it has no need to show; say where it stands."""
    from titan.demo import sessions as demo

    staff = Staff()
    trend()
    guests = people.guests(staff)
    found = {
        "draft": session_of("HSE-016", "DRAFT"),
        "planned_draft": classes.planned_draft(staff, guests),
        "scheduled": session_of(demo.TOMORROW.course, "SCHEDULED"),
        "cannot_run": classes.cannot_run(staff),
        "running": classes.running(staff, guests),
        "awaiting_marks": session_of(demo.TO_PROVE.course, "SCHEDULED"),
        "awaiting_sheet": classes.awaiting_sheet(staff),
        "ready": session_of(demo.TO_FINALIZE.course, "SCHEDULED"),
        "finalized": session_of(demo.REFRESHER.course, "COMPLETED"),
        "cancelled": session_of(demo.CALLED_OFF.course, "CANCELLED"),
        "long_name": guests[2],
        "arabic_name": guests[0],
        **classes.signed_off(staff),
        **people.blocked_worker(staff),
        **people.worker_with_a_past(staff),
        **logins.make_all(staff),
    }
    found |= records.shown(found["finalized"])
    found |= people.twins(staff, found["holder"], found["finalized"])
    found |= {**records.certificates(staff, found), **records.cases(staff, found["sign_off_session"]), **shelf()}
    return {**found, **records.extensions(staff), **people.many(staff), **imports.open_all(staff)}


def trend() -> None:
    """How the site stood on the days before, of which a site that was loaded today knows nothing."""
    from titan.compliance.models import DayCounts

    DayCounts.objects.bulk_create(
        DayCounts(
            day=NOW.date() - timedelta(days=ago),
            non_compliant=1_050 + 6 * ago + 25 * (ago % 3),
            awaiting_verification=3,
            in_grace=20,
            expiring=95 + 2 * ago,
            compliant=700 - 8 * ago,
        )
        for ago in range(1, 31)
    )


def shelf() -> dict[str, int]:
    from titan.catalogue.models import Course
    from titan.personnel.models import Area, Company, Role
    from titan.resources.models import Trainer, Venue

    return {
        "course": Course.objects.get(code="HSE-003").pk,
        "role": Role.objects.order_by("code")[3].pk,
        "area": Area.objects.filter(parent__isnull=False).order_by("code")[0].pk,
        "trainer": Trainer.objects.get(code="TR-06").pk,
        "venue": Venue.objects.order_by("pk")[0].pk,
        "company": Company.objects.order_by("pk")[0].pk,
    }
