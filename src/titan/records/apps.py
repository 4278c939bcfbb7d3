from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "titan.records"
    label = "records"

    def ready(self) -> None:
        from titan.records import guards  # noqa: F401
