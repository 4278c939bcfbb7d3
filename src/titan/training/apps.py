from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "titan.training"
    label = "training"

    def ready(self) -> None:
        from titan.core.erasing import erase_with
        from titan.training import guards  # noqa: F401
        from titan.training.commands.erase import blank_remarks

        erase_with(blank_remarks)
