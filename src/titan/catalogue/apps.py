from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "titan.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from titan.catalogue import guards  # noqa: F401
