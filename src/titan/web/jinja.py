"""The templates' environment: what every page may use."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined


def url(name: str, *args: Any) -> str:
    """Return the address of the page called `name`."""
    return reverse(name, args=args)


def environment(**options: Any) -> Environment:
    """Return Jinja's environment: escaping on, missing values are errors."""
    made = Environment(
        **{
            **options,
            "autoescape": True,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    made.globals.update(static=static, url=url)
    return made
