from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "titan.web"
    label = "web"
