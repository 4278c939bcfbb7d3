"""What is found false, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Min

from titan.catalogue.models import CourseVersion
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.given import is_id
from titan.core.language import N_
from titan.evidence.models import EvidenceFile
from titan.resources.models import Trainer
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseSubject, TrainingSession

_WORDS = {
    CaseSubject.SESSION: N_("session"),
    CaseSubject.TRAINER: N_("trainer"),
    CaseSubject.COURSE_VERSION: N_("course version"),
    CaseSubject.EVIDENCE: N_("evidence"),
}


@dataclass(frozen=True)
class SubjectView:
    """A subject by name. name: a session's code, a trainer's name, "HSE-001 v2", a file's label.

    title: the course's, by language, of a session and a course version. course_id: of the same.
    """

    kind: str
    id: int
    name: str
    title: Mapping[str, str] = field(default_factory=dict)
    course_id: int | None = None


def subject_named(kind: str, subject_id: int) -> SubjectView:
    """Return one subject by name (one statement). Raises NotFound."""
    found = subjects_named([(kind, subject_id)]) if is_id(subject_id) else {}
    if (kind, subject_id) not in found:
        raise NotFound(_WORDS[CaseSubject(kind)], subject_id)
    return found[kind, subject_id]


def evidence_with(sha256: str) -> int:
    """Return the first evidence file with this SHA-256 (one statement). Raises NotFound."""
    found = EvidenceFile.objects.filter(sha256=sha256).order_by("pk").values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("evidence", sha256)
    return found


def settled(subject: Subject) -> Subject:
    """Return the subject under the one number it has: of evidence uploaded twice, the first (one statement, or none).

    Raises NotFound.
    """
    if subject.kind != CaseSubject.EVIDENCE:
        return subject
    same = EvidenceFile.objects.filter(pk=subject.id).values("sha256") if is_id(subject.id) else None
    first = EvidenceFile.objects.filter(sha256__in=same).aggregate(pk=Min("pk"))["pk"] if same is not None else None
    if first is None:
        raise NotFound(_WORDS[CaseSubject.EVIDENCE], subject.id)
    return replace(subject, id=first)


def subjects_named(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], SubjectView]:
    """Return subjects by name, by (kind, id): one statement for each kind that is asked for."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, pk in wanted:
        ids[kind].add(pk)
    return {(view.kind, view.id): view for kind, some in ids.items() for view in _OF[CaseSubject(kind)](some)}


def _sessions(ids: set[int]) -> Iterable[SubjectView]:
    rows = TrainingSession.objects.filter(pk__in=id_set(ids)).select_related("course_version")
    for row in rows:
        title = row.course_version.title if row.course_version else {}
        yield SubjectView(CaseSubject.SESSION, row.pk, row.code or "", title, row.course_id)


def _trainers(ids: set[int]) -> Iterable[SubjectView]:
    for row in Trainer.objects.filter(pk__in=id_set(ids)):
        yield SubjectView(CaseSubject.TRAINER, row.pk, row.name)


def _versions(ids: set[int]) -> Iterable[SubjectView]:
    for row in CourseVersion.objects.filter(pk__in=id_set(ids)).select_related("course"):
        name = f"{row.course.code} v{row.number}"
        yield SubjectView(CaseSubject.COURSE_VERSION, row.pk, name, row.title, row.course_id)


def _evidence(ids: set[int]) -> Iterable[SubjectView]:
    for pk, label in EvidenceFile.objects.filter(pk__in=id_set(ids)).values_list("pk", "original_name"):
        yield SubjectView(CaseSubject.EVIDENCE, pk, label)


_OF = {
    CaseSubject.SESSION: _sessions,
    CaseSubject.TRAINER: _trainers,
    CaseSubject.COURSE_VERSION: _versions,
    CaseSubject.EVIDENCE: _evidence,
}
