"""The templates' environment: what every page may use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.template import engines
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from titan.web.shown import globals_of_templates


def url(name: str, *args: Any) -> str:
    """Return the address of the page called `name`."""
    return _url(get_script_prefix(), name, *args)


@lru_cache(maxsize=8192)
def _url(_prefix: str, name: str, *args: Any) -> str:
    # A page links to its rows; working an address out takes longer than showing the row.
    return reverse(name, args=args)


def environment(**options: Any) -> Environment:
    """Return Jinja's environment: escaping on, missing values are errors."""
    options["autoescape"] = True
    options["undefined"] = StrictUndefined
    made = Environment(  # noqa: S701 - it is on
        **options, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals.update(static=static, url=url, **globals_of_templates())
    return made


def read_all() -> None:
    """Read every template, so that no visitor waits until the first page of its kind is compiled."""
    templates = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in templates.list_templates():
        templates.get_template(name)
