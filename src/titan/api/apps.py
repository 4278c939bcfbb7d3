from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "titan.api"
    label = "api"
