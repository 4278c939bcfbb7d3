from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "titan.training"
    label = "training"

    def ready(self) -> None:
        from titan.training import guards  # noqa: F401
