"""Two people edit the same thing: nothing of either is lost, and whoever saves second decides what stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.accounts.queries import user_names
from titan.audit.queries import last_change
from titan.core.errors import Refusal
from titan.core.expected import STALE
from titan.web.form import SEEN, Clash, Form, Value, seen_in, sent_form
from titan.web.shown import clock, date_words
from titan.web.visit import Visit

Thing = tuple[str, int]


def returned_form(
    request: HttpRequest,
    visit: Visit,
    refusal: Refusal,
    stands: Form,
    thing: Thing,
    *,
    several: Collection[str] = (),
) -> Form:
    """Return a refused form as it was sent, with what is wrong at its fields; after a conflict on top of theirs.

    stands: what is stored now, as a form. thing: entity and id, for the audit log to say who changed it. several: names
    of fields that hold any number of values. Two statements after a conflict, otherwise none.
    """
    seen = seen_in(request) if refusal.code == STALE else None
    if seen is None:
        return sent_form(request, refusal, several=several)
    return _merged(request.POST, seen, stands, visit, thing, several=several)


def _merged(
    sent: QueryDict, seen: QueryDict, stands: Form, visit: Visit, thing: Thing, *, several: Collection[str]
) -> Form:
    values: dict[str, Value] = {name: sent.get(name, "") for name in sent}
    theirs: set[str] = set()
    both: dict[str, Value] = {}
    for name in dict.fromkeys([*stands.values, *seen]):
        many = name in several
        now = stands.values.get(name, () if many else "")
        mine = sent.getlist(name) if many else sent.get(name, "")
        before = seen.getlist(name) if many else seen.get(name, "")
        values[name] = mine
        if _same(mine, now) or _same(now, before):
            continue
        if _same(mine, before):
            values[name] = now
            theirs.add(name)
        else:
            both[name] = now
    values[SEEN] = stands.seen
    who, when = last_saved(visit, thing, [*theirs, *both])
    return Form(values, clash=Clash(who, when, theirs, both))


def last_saved(visit: Visit, thing: Thing, names: Iterable[str]) -> tuple[str, str]:
    """Return who changed a thing last, and when on the site: one of its fields, if the audit log names one of them."""
    event = last_change(*thing, {part for name in names for part in (name, name.partition(".")[0])}, by=visit.actor)
    if event is None:
        return _("Somebody"), ""
    known = user_names([event.actor_id]) if event.actor_id else {}
    return (
        known.get(event.actor_id or 0) or _("Somebody"),
        f"{date_words(event.at.astimezone(visit.site.zone).date())}, {clock(event.at, visit.site)}",
    )


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    return set(one) == set(other)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
