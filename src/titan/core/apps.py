from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


def install_guards(**_: object) -> None:
    from titan.core import guards

    guards.install()


def remove_guards(plan: list[object], **_: object) -> None:
    from titan.core import guards

    if plan:
        guards.remove()


class CoreConfig(AppConfig):
    name = "titan.core"
    label = "core"

    def ready(self) -> None:
        from titan.core import meanings  # noqa: F401

        # Sent before the first and after the last migration, once per app: our own turn is enough. When a
        # migration fails in between, guards are missing, and Titan does not start until it is done.
        pre_migrate.connect(remove_guards, sender=self, dispatch_uid="titan.guards.remove")
        post_migrate.connect(install_guards, sender=self, dispatch_uid="titan.guards.install")
