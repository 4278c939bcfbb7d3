from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "titan.compliance"
    label = "compliance"

    def ready(self) -> None:
        from titan.compliance import guards  # noqa: F401
        from titan.compliance.commands import refresh_verdicts
        from titan.compliance.tasks import sweep_night
        from titan.core.command import before_commit
        from titan.core.jobs import nightly

        before_commit(refresh_verdicts)
        nightly("let the calendar move", sweep_night)
