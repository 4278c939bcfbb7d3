"""Who was qualified when stays known (domain.md §5)."""

from __future__ import annotations

from titan.core.guards import check_means, conflict_means, register, unique_means
from titan.core.triggers import history
from titan.resources.models import Qualification

register([history(Qualification)])

unique_means("resources_trainer_code", "resources_trainer.code", "code", "There is a trainer with this code already.")
unique_means(
    "resources_trainer_user_id",
    "resources_trainer.user_id",
    "user_id",
    "This login belongs to another trainer.",
)
unique_means("resources_venue_name", "resources_venue.name", "name", "There is a venue with this name already.")
conflict_means(
    r"qualified_once|resources_qualification\.trainer_id, resources_qualification\.course_id",
    "CHANGED_MEANWHILE",
    "Somebody else changed the qualifications at the same moment: read them again and repeat.",
)
check_means("external_trainer_has_company", "company_name", "REQUIRED", "Give the company of an external trainer.")
check_means("venue_seats_somebody", "capacity", "OUT_OF_RANGE", "Give a capacity of at least 1.")
