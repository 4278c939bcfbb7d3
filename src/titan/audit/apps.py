from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "titan.audit"
    label = "audit"

    def ready(self) -> None:
        from titan.audit import guards  # noqa: F401
        from titan.audit.commands import blank_events, write_events
        from titan.core.command import before_commit
        from titan.core.erasing import erase_with

        before_commit(write_events)
        erase_with(blank_events)
