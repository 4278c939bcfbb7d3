from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "titan.api"
    label = "api"

    def ready(self) -> None:
        from titan.api.tasks import forget
        from titan.core.jobs import nightly

        nightly("forget old answers", forget)
