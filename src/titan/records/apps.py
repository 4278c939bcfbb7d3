from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "titan.records"
    label = "records"

    def ready(self) -> None:
        from titan.core.erasing import erase_with
        from titan.records import guards  # noqa: F401
        from titan.records.commands.erase import blank_records

        erase_with(blank_records)
