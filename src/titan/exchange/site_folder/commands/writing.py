"""What the writers of a load share: the rows, what stands, ids by code, and what each file did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from titan.core.actor import Actor
from titan.evidence.commands import StagedEvidence
from titan.evidence.queries import EvidenceView
from titan.exchange.site_folder.changes import RecordKey
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.rows import Folder


class HasId(Protocol):
    """Anything that stands in the database."""

    @property
    def id(self) -> int: ...


@dataclass(frozen=True)
class FileReport:
    """What the rows of one file did."""

    file: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def changes_something(self) -> bool:
        return bool(self.created or self.changed)


@dataclass
class Ids:
    """The id of everything a row may refer to, by code; grows while rows are written.

    Requirements that began stand under the ids of their role or area and course, new records under their keys.
    """

    companies: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    areas: dict[str, int] = field(default_factory=dict)
    courses: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    trainers: dict[str, int] = field(default_factory=dict)
    workers: dict[str, int] = field(default_factory=dict)
    venues: dict[str, int] = field(default_factory=dict)
    role_requirements: dict[tuple[int, int], int] = field(default_factory=dict)
    area_requirements: dict[tuple[int, int], int] = field(default_factory=dict)
    records: dict[RecordKey, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """One load: what the folder says, what stood before, who loads it and when.

    register: the file that new records cite, staged or recorded already.
    """

    folder: Folder
    known: Known
    register: StagedEvidence | EvidenceView | None
    by: Actor
    at: datetime
    ids: Ids


def ids_of(known: Known) -> Ids:
    """Return the ids of what stands already."""
    return Ids(
        companies={code: pk for code, (pk, _) in known.companies.items()},
        roles=_ids(known.roles),
        areas=_ids(known.areas),
        courses=_ids(known.courses),
        versions={code: course.version_id for code, course in known.courses.items() if course.version_id},
        trainers=_ids(known.trainers),
        workers=_ids(known.workers),
        venues=_ids(known.venues),
    )


def report(file: str, rows: int, *, created: int, changed: int) -> FileReport:
    """Return the count of a file of `rows` rows: what was neither created nor changed stood already."""
    return FileReport(file, created, changed, rows - created - changed)


def by_code(found: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    """Return rows of (id, code) as a mapping from code to id."""
    return {str(code): int(pk) for pk, code in found}


def iso(day: date | None) -> str | None:
    """Return a day as audit values hold it."""
    return day.isoformat() if day else None


def _ids(known: Mapping[str, HasId]) -> dict[str, int]:
    return {code: thing.id for code, thing in known.items()}
