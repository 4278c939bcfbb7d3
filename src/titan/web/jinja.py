"""The templates' environment: what every page may use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from django.template import engines
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from titan.web.paper import paper_choices
from titan.web.shown import globals_of_templates
from titan.web.words import say


def url(name: str, *args: Any) -> str:
    """Return the address of the page called `name`."""
    return _url(get_script_prefix(), name, *args)


def urls(name: str) -> Callable[..., str]:
    """Return what tells the addresses of the page called `name`, for the rows of a list."""
    return partial(_url, get_script_prefix(), name)


@lru_cache(maxsize=256)
def _static(path: str) -> str:
    """Return the address of a file that ships with Titan; it does not change while a process lives."""
    return str(static(path))


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
    made.globals.update(_=say, gettext=say, static=_static, url=url, urls=urls, **globals_of_templates())
    made.globals["paper_choices"] = paper_choices
    return made


def read_all() -> None:
    """Read every template, so that no visitor waits until the first page of its kind is compiled."""
    templates = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in templates.list_templates():
        templates.get_template(name)
