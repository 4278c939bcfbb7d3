from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "titan.accounts"
    label = "accounts"

    def ready(self) -> None:
        from titan.accounts import factors, guards  # noqa: F401
        from titan.accounts.tasks import forget_failures, forget_sessions
        from titan.core.jobs import nightly

        nightly("forget old sign-in failures", forget_failures)
        nightly("forget ended sessions", forget_sessions)
