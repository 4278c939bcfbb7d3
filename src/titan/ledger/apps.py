from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "titan.ledger"
    label = "ledger"
