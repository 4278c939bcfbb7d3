from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "titan.accounts"
    label = "accounts"

    def ready(self) -> None:
        import titan.accounts.guards  # noqa: F401 - says what the database's refusals mean
