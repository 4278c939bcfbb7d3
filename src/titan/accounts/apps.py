from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "titan.accounts"
    label = "accounts"

    def ready(self) -> None:
        from titan.accounts import guards as guards
