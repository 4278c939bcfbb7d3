from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "titan.exchange.imports"
    label = "imports"

    def ready(self) -> None:
        from titan.core.erasing import erase_with
        from titan.core.jobs import nightly, when_asked
        from titan.exchange.imports import guards  # noqa: F401
        from titan.exchange.imports.commands.discarding import forget_night
        from titan.exchange.imports.commands.erasing import blank_imports
        from titan.exchange.imports.commands.working import do_asked_work

        when_asked(do_asked_work)
        nightly("forget old imports", forget_night)
        erase_with(blank_imports)
