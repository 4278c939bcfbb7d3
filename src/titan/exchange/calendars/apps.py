from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "titan.exchange.calendars"
    label = "calendars"

    def ready(self) -> None:
        from titan.core.command import before_commit
        from titan.core.jobs import nightly
        from titan.exchange.calendars import guards  # noqa: F401
        from titan.exchange.calendars.commands.feeds import end_feeds_of_closed
        from titan.exchange.calendars.commands.publish import publish_what_moved
        from titan.exchange.calendars.tasks import catch_up_calendars

        before_commit(publish_what_moved)
        before_commit(end_feeds_of_closed)
        nightly("bring calendars up to date", catch_up_calendars)
