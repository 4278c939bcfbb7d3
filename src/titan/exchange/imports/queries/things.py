"""What an applied import made and changed, by what it is; and what became of it or rests on it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from titan.audit.models import AuditEvent
from titan.catalogue.models import Prerequisite
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.bulk import id_set
from titan.core.language import _, ngettext
from titan.exchange.imports.models import Import, ImportedThing
from titan.exchange.imports.queries.views import Resting
from titan.personnel.models import Area, Worker
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.resources.models import Qualification
from titan.training.models import Attendee, TrainingSession

MOST_EXAMPLES = 5
EVENTS_OF = ("worker", "company", "role", "area", "course", "trainer", "venue", "training_record")
"""Things whose every later change is told in the audit log under their own id."""


@dataclass(frozen=True)
class Things:
    """By noun: what was made, and what was changed with what it was before."""

    made: dict[str, set[int]] = field(default_factory=dict)
    changed: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def new(self, noun: str) -> set[int]:
        """Return the ids of what was made."""
        return self.made.get(noun, set())

    def old(self, noun: str) -> dict[int, dict[str, Any]]:
        """Return what was changed, by id, with what it was."""
        return self.changed.get(noun, {})


def had_nothing_published(before: Mapping[str, Any]) -> bool:
    """Tell whether a course that an import changed had no published version before."""
    return bool(before.get("delivery_method") == "")


def things_of(import_id: int) -> Things:
    """Return what an import made and changed; one statement."""
    found = Things()
    done = ImportedThing.objects.filter(of_id=import_id).exclude(entity="named_worker")
    for noun, pk, before in done.values_list("entity", "entity_id", "before"):
        if before is None:
            found.made.setdefault(noun, set()).add(pk)
        else:
            found.changed.setdefault(noun, {})[pk] = before
    return found


def resting_on(row: Import, things: Things) -> list[Resting]:
    """Return what keeps an applied import from being undone; a fixed number of statements."""
    return [resting for resting in (*_changed_since(row, things), *_built_on(things)) if resting.count]


def _changed_since(row: Import, things: Things) -> Iterator[Resting]:
    applied = AuditEvent.objects.filter(entity="import", entity_id=row.pk, action="import.applied").order_by("-pk")
    last = applied.values_list("pk", flat=True).first() or 0
    for noun in EVENTS_OF:
        ids = things.new(noun) | things.old(noun).keys()
        if ids:
            later = AuditEvent.objects.filter(entity=noun, pk__gt=last, entity_id__in=id_set(ids))
            changed = sorted(set(later.values_list("entity_id", flat=True)))
            yield _resting(f"CHANGED_{noun.upper()}", _later(noun, len(changed)), changed)
    for noun, model in (("role_requirement", RoleRequirement), ("area_requirement", AreaRequirement)):
        ids = things.new(noun) | things.old(noun).keys()
        if ids:
            ended = model.objects.filter(pk__in=id_set(ids)).exclude(until=None)
            found = sorted(ended.values_list("pk", flat=True))
            yield _resting(f"CHANGED_{noun.upper()}", _later(noun, len(found)), found)


def _later(noun: str, number: int) -> str:
    names = {
        "worker": ngettext("%(num)s worker was changed since", "%(num)s workers were changed since", number),
        "company": ngettext("%(num)s company was changed since", "%(num)s companies were changed since", number),
        "role": ngettext("%(num)s role was changed since", "%(num)s roles were changed since", number),
        "area": ngettext("%(num)s area was changed since", "%(num)s areas were changed since", number),
        "course": ngettext("%(num)s course was changed since", "%(num)s courses were changed since", number),
        "trainer": ngettext("%(num)s trainer was changed since", "%(num)s trainers were changed since", number),
        "venue": ngettext("%(num)s venue was changed since", "%(num)s venues were changed since", number),
        "training_record": ngettext(
            "%(num)s record was revoked, corrected, extended or certified since",
            "%(num)s records were revoked, corrected, extended or certified since",
            number,
        ),
    }
    requirement = ngettext("%(num)s requirement was replaced since", "%(num)s requirements were replaced since", number)
    return names.get(noun, requirement) % {"num": number}


def _built_on(things: Things) -> Iterator[Resting]:
    workers, records = things.new("worker"), things.new("training_record")
    courses, trainers, venues = things.new("course"), things.new("trainer"), things.new("venue")
    companies, roles, areas = things.new("company"), things.new("role"), things.new("area")
    yield from _sessions(workers, courses, trainers, venues)
    others = TrainingRecord.objects.exclude(pk__in=id_set(records))
    yield _found(
        "RECORDS",
        others.filter(Q(worker_id__in=id_set(workers)) | Q(course_id__in=id_set(courses)))
        if workers or courses
        else None,
        lambda num: ngettext("%(num)s other training record", "%(num)s other training records", num),
    )
    yield _found(
        "COMPETENCIES",
        CompetencyRecord.objects.filter(Q(worker_id__in=id_set(workers)) | Q(course_id__in=id_set(courses)))
        if workers or courses
        else None,
        lambda num: ngettext("%(num)s competency record", "%(num)s competency records", num),
    )
    elsewhere = Worker.objects.exclude(pk__in=id_set(workers))
    yield _found(
        "WORKERS",
        elsewhere.filter(
            Q(company_id__in=id_set(companies))
            | Q(role_id__in=id_set(roles))
            | Q(supervisor_id__in=id_set(workers))
            | Q(area_assignments__area_id__in=id_set(areas))
        ).exclude(pk__in=id_set(things.old("worker")))
        if companies or roles or workers or areas
        else None,
        lambda num: ngettext("%(num)s other worker", "%(num)s other workers", num),
    )
    yield _found(
        "AREAS",
        Area.objects.filter(parent_id__in=id_set(areas))
        .exclude(pk__in=id_set(areas))
        .exclude(pk__in=id_set(things.old("area")))
        if areas
        else None,
        lambda num: ngettext("%(num)s area inside", "%(num)s areas inside", num),
    )
    yield from _requirements(things)


def _sessions(workers: set[int], courses: set[int], trainers: set[int], venues: set[int]) -> Iterator[Resting]:
    if not (workers or courses or trainers or venues):
        return
    attended = Attendee.objects.filter(worker_id__in=id_set(workers)).values("session_id")
    sessions = TrainingSession.objects.filter(
        Q(pk__in=attended)
        | Q(course_id__in=id_set(courses))
        | Q(trainer_id__in=id_set(trainers))
        | Q(venue_id__in=id_set(venues))
    )
    yield _found(
        "SESSIONS", sessions, lambda num: ngettext("%(num)s training session", "%(num)s training sessions", num)
    )


def _requirements(things: Things) -> Iterator[Resting]:
    courses = things.new("course")
    asked: dict[str, set[int]] = {
        "role_requirement": things.new("role_requirement") | things.old("role_requirement").keys(),
        "area_requirement": things.new("area_requirement") | things.old("area_requirement").keys(),
    }
    for noun, model, source, sources in (
        ("role_requirement", RoleRequirement, "role_id__in", things.new("role")),
        ("area_requirement", AreaRequirement, "area_id__in", things.new("area")),
    ):
        if courses or sources:
            found = model.objects.filter(Q(course_id__in=id_set(courses)) | Q(**{source: id_set(sources)}), until=None)
            yield _found(
                f"OTHER_{noun.upper()}",
                found.exclude(pk__in=id_set(asked[noun])),
                lambda num: ngettext("%(num)s other requirement", "%(num)s other requirements", num),
            )
    if courses:
        yield _found(
            "QUALIFICATIONS",
            Qualification.objects.filter(course_id__in=id_set(courses), until=None)
            .exclude(trainer_id__in=id_set(things.new("trainer")))
            .exclude(trainer_id__in=id_set(things.old("trainer"))),
            lambda num: ngettext("%(num)s qualification", "%(num)s qualifications", num),
        )
        yield _found(
            "PREREQUISITES",
            Prerequisite.objects.filter(course_id__in=id_set(courses))
            .exclude(version__course_id__in=id_set(courses))
            .exclude(version__course_id__in=id_set(things.old("course"))),
            lambda num: ngettext("%(num)s course that asks for it", "%(num)s courses that ask for it", num),
        )


def _found(code: str, rows: QuerySet[Any] | None, words: Any) -> Resting:
    ids = sorted(set(rows.values_list("pk", flat=True))) if rows is not None else []
    return _resting(code, words(len(ids)) % {"num": len(ids)}, ids)


def _resting(code: str, message: str, ids: Iterable[int]) -> Resting:
    found = list(ids)
    return Resting(code, message, len(found), tuple(_("number %(id)s") % {"id": pk} for pk in found[:MOST_EXAMPLES]))
