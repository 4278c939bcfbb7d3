from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "titan.evidence"
    label = "evidence"

    def ready(self) -> None:
        from titan.evidence import guards  # noqa: F401
