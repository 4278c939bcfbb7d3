from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "titan.resources"
    label = "resources"

    def ready(self) -> None:
        from titan.resources import guards  # noqa: F401
