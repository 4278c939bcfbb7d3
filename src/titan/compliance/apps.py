from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "titan.compliance"
    label = "compliance"

    def ready(self) -> None:
        from titan.compliance import guards  # noqa: F401
        from titan.compliance.commands import refresh_verdicts
        from titan.core.command import before_commit

        before_commit(refresh_verdicts)
