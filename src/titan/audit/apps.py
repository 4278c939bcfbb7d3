from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "titan.audit"
    label = "audit"

    def ready(self) -> None:
        from titan.audit import guards  # noqa: F401
        from titan.audit.commands import write_events
        from titan.core.command import before_commit

        before_commit(write_events)
