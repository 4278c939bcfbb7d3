"""What undoing an import would do: which things go, which stay and how, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from titan.core.bulk import id_set
from titan.core.language import _, ngettext
from titan.exchange.imports.queries.things import Things
from titan.personnel.models import Area, AreaAssignment, RoleAssignment, Worker, WorkerStatus
from titan.resources.models import Qualification


@dataclass(frozen=True)
class Goes:
    """What goes and what stays of what an import made. stay: things that somebody had, whose history stays."""

    companies: set[int]
    roles: set[int]
    areas: set[int]
    trainers: set[int]
    venues: set[int]
    stay: int
    trainers_end: set[int]
    workers_end: set[int]


def what_goes(things: Things) -> Goes:
    """Return what undoing would delete and end; at most six statements."""
    companies, roles, areas = things.new("company"), things.new("role"), things.new("area")
    trainers = things.new("trainer")
    had = _ids(Worker.objects.filter(company_id__in=id_set(companies)).values_list("company_id", flat=True), companies)
    held = _ids(RoleAssignment.objects.filter(role_id__in=id_set(roles)).values_list("role_id", flat=True), roles)
    used = _ids(AreaAssignment.objects.filter(area_id__in=id_set(areas)).values_list("area_id", flat=True), areas)
    used = _with_ancestors(used, areas)
    taught = Qualification.objects.filter(trainer_id__in=id_set(trainers)).values_list("trainer_id", flat=True)
    qualified = _ids(taught, trainers)
    active = Worker.objects.filter(pk__in=id_set(things.new("worker"))).exclude(status=WorkerStatus.INACTIVE)
    return Goes(
        companies=companies - had,
        roles=roles - held,
        areas=areas - used,
        trainers=trainers - qualified,
        venues=things.new("venue"),
        stay=len(had) + len(held) + len(used),
        trainers_end=qualified,
        workers_end=set(active.values_list("pk", flat=True)) if things.new("worker") else set(),
    )


def sentences(things: Things, goes: Goes) -> Iterator[str]:
    """Yield what undoing would do, a sentence each."""
    records = len(things.new("training_record"))
    if records:
        yield ngettext(
            "%(num)s record is revoked with your reason; it stays visible.",
            "%(num)s records are revoked with your reason; they stay visible.",
            records,
        ) % {"num": records}
    if goes.workers_end:
        yield ngettext(
            "%(num)s worker becomes inactive: a worker is never deleted.",
            "%(num)s workers become inactive: a worker is never deleted.",
            len(goes.workers_end),
        ) % {"num": len(goes.workers_end)}
    gone = sum(map(len, (goes.companies, goes.roles, goes.areas, goes.trainers, goes.venues)))
    if gone:
        yield ngettext(
            "%(num)s company, role, area, trainer or venue is deleted.",
            "%(num)s companies, roles, areas, trainers and venues are deleted.",
            gone,
        ) % {"num": gone}
    if goes.stay:
        yield ngettext(
            "%(num)s company, role or area stays, because somebody had it.",
            "%(num)s companies, roles and areas stay, because somebody had them.",
            goes.stay,
        ) % {"num": goes.stay}
    if goes.trainers_end:
        yield ngettext(
            "%(num)s trainer is no longer active, because they were qualified.",
            "%(num)s trainers are no longer active, because they were qualified.",
            len(goes.trainers_end),
        ) % {"num": len(goes.trainers_end)}
    yield from _rest(things)


def _rest(things: Things) -> Iterator[str]:
    courses = len(things.new("course"))
    if courses:
        yield ngettext(
            "%(num)s course is no longer published.", "%(num)s courses are no longer published.", courses
        ) % {"num": courses}
    asked = len(things.new("role_requirement") | things.new("area_requirement"))
    if asked:
        yield ngettext("%(num)s requirement ends.", "%(num)s requirements end.", asked) % {"num": asked}
    changed = sum(map(len, things.changed.values()))
    if changed:
        yield ngettext(
            "%(num)s changed thing becomes what it was.", "%(num)s changed things become what they were.", changed
        ) % {"num": changed}
    yield _("The file and the history of all this stay.")


def _ids(found: Iterable[int], among: set[int]) -> set[int]:
    return set(found) if among else set()


def _with_ancestors(used: set[int], areas: set[int]) -> set[int]:
    """Return the areas that stay: those that somebody had, and those above them."""
    parents = dict(Area.objects.filter(pk__in=id_set(areas)).values_list("pk", "parent_id")) if areas else {}
    for area in list(used):
        here = parents.get(area)
        while here in areas and here not in used:
            used.add(here)
            here = parents.get(here)
    return used
