"""What a merge moves, by name: for whoever is about to do it, and for whoever asks what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from titan.core.merging import Merged, Way
from titan.personnel.commands.merge import REPORTS
from titan.personnel.queries.workers import WorkerShort, short_workers
from titan.records.commands.merge import COMPETENCIES, RECORDS
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands.merge import SESSIONS
from titan.training.queries.sessions import SessionView, sessions_in_short


@dataclass(frozen=True)
class MergedRows:
    """The rows of a merge. sessions: whose class lists change or not, by what becomes of the one who goes there.

    kept_records, kept_competencies: of a class in which both have a result.
    """

    records: list[TrainingRecord]
    competencies: list[CompetencyRecord]
    kept_records: list[TrainingRecord]
    kept_competencies: list[CompetencyRecord]
    sessions: dict[Way, list[SessionView]]
    reports: list[WorkerShort]


def rows_of_merge(merged: Merged) -> MergedRows:
    """Return what a merge moves and leaves, with its names; a fixed number of statements."""
    return MergedRows(
        records=_rows(TrainingRecord, merged.ids(RECORDS)),
        competencies=_rows(CompetencyRecord, merged.ids(COMPETENCIES)),
        kept_records=_rows(TrainingRecord, merged.ids(RECORDS, Way.KEPT)),
        kept_competencies=_rows(CompetencyRecord, merged.ids(COMPETENCIES, Way.KEPT)),
        sessions={way: _newest_first(sessions_in_short(list(merged.ids(SESSIONS, way)))) for way in Way},
        reports=list(short_workers(merged.ids(REPORTS)).values()),
    )


def _rows(model: Any, ids: tuple[int, ...]) -> list[Any]:
    return list(model.objects.filter(pk__in=ids).select_related("course", "course_version").order_by("-completed_on"))


def _newest_first(sessions: list[SessionView]) -> list[SessionView]:
    return sorted(sessions, key=lambda one: one.id, reverse=True)
