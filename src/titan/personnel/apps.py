from django.apps import AppConfig


class PersonnelConfig(AppConfig):
    name = "titan.personnel"
    label = "personnel"

    def ready(self) -> None:
        from titan.personnel import guards  # noqa: F401
