"""What was required when stays known (domain.md §3)."""

from __future__ import annotations

from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.guards import check_means, conflict_means, register
from titan.core.triggers import history

# Requirements of a role or an area that nobody ever had may go, together with it.
ROLE_HAD_WORKERS = "EXISTS (SELECT 1 FROM personnel_roleassignment WHERE role_id = OLD.role_id)"
AREA_HAD_WORKERS = "EXISTS (SELECT 1 FROM personnel_areaassignment WHERE area_id = OLD.area_id)"

register(
    [
        history(RoleRequirement, delete=ROLE_HAD_WORKERS),
        history(AreaRequirement, delete=AREA_HAD_WORKERS),
    ]
)

conflict_means(
    r"(role|area)_requires_once"
    r"|compliance_rolerequirement\.role_id, compliance_rolerequirement\.course_id"
    r"|compliance_arearequirement\.area_id, compliance_arearequirement\.course_id",
    "CHANGED_MEANWHILE",
    "Somebody else changed the requirements at the same moment: read them again and repeat.",
)
for _model in ("rolerequirement", "arearequirement"):
    check_means(
        f"{_model}_grace",
        "grace_period_days",
        "OUT_OF_RANGE",
        "Give 1 to 365 days for POST_MOB, and none for PRE_MOB.",
    )
