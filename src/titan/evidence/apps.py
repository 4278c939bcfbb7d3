from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "titan.evidence"
    label = "evidence"

    def ready(self) -> None:
        from titan.core.jobs import nightly
        from titan.evidence import guards  # noqa: F401
        from titan.evidence.tasks import forget_old_pictures, set_orphans_aside

        nightly("set orphaned evidence aside", set_orphans_aside)
        nightly("forget old page pictures", forget_old_pictures)
