"""The languages of a paper, where a page offers to print one."""

from __future__ import annotations

from itertools import permutations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.core.language import own_name
from titan.paper.languages import paper_languages
from titan.web.language import language_of_titles
from titan.web.query import given_text
from titan.web.visit import Visit


def languages_asked(request: HttpRequest, visit: Visit) -> tuple[str, ...]:
    """Return the languages of a paper: those that the request names (`languages`), else the site's, else the visitor's.

    Raises Invalid for languages that papers cannot be written in.
    """
    asked = request.POST.get("languages", "") or given_text(request, "languages")
    return paper_languages(asked, site=visit.site, reader=language_of_titles())


def paper_choices() -> list[tuple[str, str]]:
    """Return what may be chosen for a paper: as the site has it, each language alone, each two side by side."""
    codes = [code for code, _name in settings.LANGUAGES]
    single = [(code, own_name(code)) for code in codes]
    double = [(f"{one},{two}", f"{own_name(one)} + {own_name(two)}") for one, two in permutations(codes, 2)]
    return [("", _("Language as usual")), *single, *double]
