from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "titan.exchange.imports"
    label = "imports"
