"""The ground floor's own guard, and what database errors mean that no single floor owns."""

from __future__ import annotations

from titan.core.guards import check_means, conflict_means, register
from titan.core.models import SiteSettings
from titan.core.triggers import history

register([history(SiteSettings)])

conflict_means(
    "^HISTORY_IMMUTABLE$",
    "HISTORY_IMMUTABLE",
    "The history of what was true is kept: it cannot be changed or deleted.",
)
conflict_means(
    # The last one is Django's own, which looks before the database does.
    r"^update or delete on table .* violates (foreign key|RESTRICT)|Cannot delete some instances of model",
    "IN_USE",
    "It is in use, so it cannot be deleted.",
)
conflict_means(
    r"^insert or update on table .* violates foreign key constraint",
    "REFERENCE_GONE",
    "What this refers to was deleted meanwhile: read again and repeat.",
)
conflict_means(
    "FOREIGN KEY constraint failed",
    "IN_USE",
    "It is in use, or refers to what was deleted meanwhile: read again and repeat.",
)
conflict_means(
    "one_current_site_settings",
    "CHANGED_MEANWHILE",
    "Somebody else changed the settings at the same moment: read them again and repeat.",
)
check_means("paper_languages_differ", "paper_languages", "LANGUAGES_ALIKE", "Give one language, or two different ones.")
check_means("warning_days_up_to_a_year", "warning_days", "OUT_OF_RANGE", "Give 0 to 365 days.")
check_means(
    "working_hours_in_order",
    "work_starts",
    "HOURS_OUT_OF_ORDER",
    "Give start, break and end in the order of the day.",
)
