from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "titan.backup"
    label = "backup"

    def ready(self) -> None:
        from titan.backup.tasks import back_up
        from titan.core.jobs import nightly

        nightly("make a backup", back_up)
