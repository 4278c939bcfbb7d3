from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "titan.ledger"
    label = "ledger"

    def ready(self) -> None:
        from titan.core.command import before_commit
        from titan.core.jobs import nightly
        from titan.ledger import guards  # noqa: F401
        from titan.ledger.commands.append import append_rest
        from titan.ledger.tasks import sign_night

        before_commit(append_rest, last=True)
        nightly("sign the ledger", sign_night)
