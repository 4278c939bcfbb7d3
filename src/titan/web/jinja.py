"""The templates' environment: what every page may use."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from titan.web.shown import globals_of_templates


def url(name: str, *args: Any) -> str:
    """Return the address of the page called `name`."""
    return reverse(name, args=args)


def environment(**options: Any) -> Environment:
    """Return Jinja's environment: escaping on, missing values are errors."""
    options["autoescape"] = True
    options["undefined"] = StrictUndefined
    made = Environment(  # noqa: S701 - it is on
        **options, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    made.globals.update(static=static, url=url, **globals_of_templates())
    return made
