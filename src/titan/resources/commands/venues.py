"""Venues: make, change, delete while unused (domain.md §5)."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, nothing_changed, say
from titan.core.errors import NotFound
from titan.core.expected import need_expected
from titan.core.given import Wrong, given_in
from titan.core.language import _
from titan.core.permit import need_admin
from titan.core.removal import delete_unused
from titan.resources.models import Venue
from titan.resources.rules import VenueChanges, VenueFields, checked_venue


@command
def create_venue(fields: VenueFields, *, by: Actor, at: datetime) -> int:
    """Make a venue; return its id. Raises Invalid with every wrong field, a name in use among them."""
    need_admin(by)
    fields = _checked(None, fields)
    venue = Venue.objects.create(**asdict(fields))
    say("venue.created", "venue", venue.pk, after=asdict(fields))
    return venue.pk


@command
def update_venue(
    venue_id: int, changes: VenueChanges, *, expected: VenueChanges | None = None, by: Actor, at: datetime
) -> None:
    """Change some of what a venue has; sessions planned there stand as they are.

    expected: what the editor saw; Conflict STALE when it is so no more.
    """
    need_admin(by)
    venue = _locked(venue_id)
    before = _fields(venue)
    after = _checked(venue_id, replace(before, **given_in(changes)))
    old, new = asdict(before), asdict(after)
    changed = [name for name in new if old[name] != new[name]]
    if not changed:
        nothing_changed()
        return
    need_expected(old, given_in(expected), _("venue %(name)s") % {"name": venue.name})
    Venue.objects.filter(pk=venue_id).update(**{name: new[name] for name in changed})
    say(
        "venue.updated",
        "venue",
        venue_id,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
    )


@command
def delete_venue(venue_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a venue that no session was ever planned in; else Conflict IN_USE (domain.md §4)."""
    need_admin(by)
    venue = _locked(venue_id)
    delete_unused(venue, _("venue %(name)s") % {"name": venue.name})
    say("venue.deleted", "venue", venue_id, before=asdict(_fields(venue)))


def _locked(venue_id: int) -> Venue:
    venue = Venue.objects.select_for_update().filter(pk=venue_id).first()
    if venue is None:
        raise NotFound("venue", venue_id)
    return venue


def _fields(venue: Venue) -> VenueFields:
    return VenueFields(venue.name, venue.capacity, venue.location, venue.is_active)


def _checked(venue_id: int | None, fields: VenueFields) -> VenueFields:
    wrong = Wrong()
    fields = checked_venue(fields, wrong)
    if Venue.objects.filter(name=fields.name).exclude(pk=venue_id or 0).exists():
        wrong.add(
            "name", "NOT_UNIQUE", _("There is a venue %(name)s already: give another name.") % {"name": fields.name}
        )
    wrong.refuse()
    return fields
