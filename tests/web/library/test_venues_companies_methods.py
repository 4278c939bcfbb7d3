"""Venues, companies and methods of assessment: added, changed, deleted while nobody refers to them."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.library.reading import shown, text_of
from titan.core.actor import Role
from titan.personnel import models as personnel
from titan.resources.models import Venue


def test_venues_are_added_changed_and_deleted_while_unused(now: datetime) -> None:
    client, room = client_of(), {"name": "Room A", "capacity": "20", "location": "Block 3", "is_active": "1"}
    assert client.post(reverse("venues"), room)["Location"] == reverse("venues")
    venue = Venue.objects.get()
    again = client.post(reverse("venues"), room)
    assert (again.status_code, 'id="error-name"' in text_of(again)) == (422, True)
    bad = client.post(reverse("library_venue", args=[venue.pk]), {**room, "capacity": "none", "location": "Quay"})
    assert (bad.status_code, 'id="error-capacity"' in text_of(bad)) == (422, True)
    assert 'value="Quay"' in text_of(bad)
    client.post(reverse("library_venue", args=[venue.pk]), {**room, "capacity": "24", "is_active": ""})
    venue.refresh_from_db()
    assert (venue.capacity, venue.is_active) == (24, False)
    assert "Room A" in shown(client, "venues", search="block 3")
    used = cast.make_venue()
    cast.make_session(cast.make_course(), venue=used)
    refused = client.post(reverse("library_venue_delete", args=[used.pk]))
    assert (refused.status_code, "Make it not active instead." in text_of(refused)) == (409, True)
    assert client.post(reverse("library_venue_delete", args=[venue.pk]))["Location"] == reverse("venues")
    assert list(Venue.objects.all()) == [used]


def test_companies_are_added_changed_and_deleted_while_unused(now: datetime) -> None:
    client = client_of()
    client.post(reverse("companies"), {"code": "BOS", "name": "Bos Shelf"})
    company = personnel.Company.objects.get()
    bad = client.post(reverse("companies"), {"code": "BOS", "name": "Another"})
    assert (bad.status_code, 'value="Another"' in text_of(bad)) == (422, True)
    client.post(reverse("library_company", args=[company.pk]), {"code": "BOS", "name": "Boş Şelf"})
    assert "Boş Şelf" in shown(client_of(Role.AUDITOR), "companies", search="bos sel")
    cast.make_worker(company=company)
    assert '">1</a>' in shown(client, "companies")
    assert client.post(reverse("library_company_delete", args=[company.pk])).status_code == 409
    other = cast.make_company()
    assert client.post(reverse("library_company_delete", args=[other.pk])).status_code == 302
    assert list(personnel.Company.objects.all()) == [company]


def test_a_method_is_added(now: datetime) -> None:
    client = client_of()
    client.post(reverse("methods"), {"code": "VR", "name": "Virtual reality"})
    assert "Virtual reality" in shown(client, "methods")
    bad = client.post(reverse("methods"), {"code": "VR", "name": "Voice radio"})
    assert (bad.status_code, 'value="Voice radio"' in text_of(bad)) == (422, True)


def test_only_admins_change_venues_companies_and_methods(now: datetime) -> None:
    venue, company = cast.make_venue(), cast.make_company()
    auditor = client_of(Role.AUDITOR)
    for page, args in [
        ("venues", []),
        ("companies", []),
        ("methods", []),
        ("library_venue", [venue.pk]),
        ("library_venue_delete", [venue.pk]),
        ("library_company", [company.pk]),
        ("library_company_delete", [company.pk]),
    ]:
        assert auditor.post(reverse(page, args=args), {}).status_code == 403
        if not args:
            assert 'method="post"' not in shown(auditor, page).split('id="main"')[1]
            assert client_of(Role.TRAINER).get(reverse(page)).status_code == 403
