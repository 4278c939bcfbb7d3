"""A published version stays what it was (domain.md §3), and what the catalogue's constraints mean."""

from __future__ import annotations

from titan.catalogue.models import CourseVersion
from titan.core.guards import check_means, conflict_means, register, unique_means
from titan.core.triggers import changed, refuse

FROM_DRAFT = "(NEW.status = 'DRAFT' OR (NEW.status = 'PUBLISHED' AND NEW.published_at IS NOT NULL))"
FROM_PUBLISHED = "(NEW.status = 'PUBLISHED' OR (NEW.status = 'ARCHIVED' AND NEW.archived_at IS NOT NULL))"
CONTENT = changed(CourseVersion, but=("status", "archived_at"))
VERSION_IS_FIXED = "EXISTS (SELECT 1 FROM catalogue_courseversion WHERE id IN ({versions}) AND status <> 'DRAFT')"

register(
    [
        refuse(
            "version_immutable",
            "catalogue_courseversion",
            "VERSION_IMMUTABLE",
            update=f"(OLD.status = 'DRAFT' AND NOT {FROM_DRAFT})"
            f" OR (OLD.status = 'PUBLISHED' AND ({CONTENT} OR NOT {FROM_PUBLISHED}))"
            f" OR (OLD.status = 'ARCHIVED' AND {changed(CourseVersion)})",
            delete="OLD.status <> 'DRAFT'",
            truncate=True,
        ),
        refuse(
            "prerequisite_immutable",
            "catalogue_prerequisite",
            "VERSION_IMMUTABLE",
            insert=VERSION_IS_FIXED.format(versions="NEW.version_id"),
            update=VERSION_IS_FIXED.format(versions="NEW.version_id, OLD.version_id"),
            delete=VERSION_IS_FIXED.format(versions="OLD.version_id"),
            truncate=True,
            lock="IF TG_OP <> 'TRUNCATE' THEN PERFORM 1 FROM catalogue_courseversion"
            " WHERE id = COALESCE(NEW.version_id, OLD.version_id) FOR NO KEY UPDATE; END IF",
        ),
    ]
)

conflict_means(
    "^VERSION_IMMUTABLE$",
    "VERSION_IMMUTABLE",
    "A published version cannot change: make a new version of the course.",
)
unique_means("catalogue_course_code", "catalogue_course.code", "code", "There is a course with this code already.")
conflict_means(
    r"one_version_per_number|catalogue_courseversion\.course_id, catalogue_courseversion\.number",
    "DRAFT_EXISTS",
    "Somebody made a version at the same moment: read the course again.",
)
conflict_means(
    r"one_published_version|UNIQUE constraint failed: catalogue_courseversion\.course_id$",
    "NOT_DRAFT",
    "Somebody published a version at the same moment: read the course again.",
)
conflict_means(
    r"prerequisite_once|catalogue_prerequisite\.version_id, catalogue_prerequisite\.course_id",
    "CHANGED_MEANWHILE",
    "Somebody changed the prerequisites at the same moment: read the course again.",
)
check_means("duration_in_bounds", "duration_minutes", "OUT_OF_RANGE", "Give 5 to 52,560 minutes.")
check_means("validity_up_to_50_years", "validity_months", "OUT_OF_RANGE", "Give 0 to 600 months.")
check_means("pass_score_up_to_100", "min_pass_score", "OUT_OF_RANGE", "Give 0 to 100.")
