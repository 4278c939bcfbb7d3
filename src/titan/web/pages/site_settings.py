"""The settings of the site, for super admins (domain.md §2).

What a new warning period does to everybody is shown before it is saved.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings as installed
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from titan.compliance.queries.counts_effect import CountsEffect, counts_effect
from titan.core import settings
from titan.core.actor import Role
from titan.core.errors import FieldError, Refusal
from titan.core.language import own_name
from titan.core.models import SiteSettings
from titan.core.permit import need_role
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, typed_form
from titan.web.visit import Visit, page, show

HOURS = ("work_starts", "break_starts", "break_ends", "work_ends")


@require_http_methods(["GET", "POST"])
@page
def site_settings(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Name, warning period, working hours, languages of titles and of papers."""
    need_role(visit.actor, Role.SUPER_ADMIN)
    if request.method == "GET":
        return _show(request, visit, _stands(visit.site))
    try:
        changes = _read(request.POST)
        expected = expected_by(request, _read)
        effect = _unseen_effect(request, visit, changes, expected)
        if effect is not None:
            return _show(request, visit, typed_form(request), effect=effect, shown=changes["warning_days"])
        settings.update_settings(changes, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        status = on_the_page(refusal)
        form = returned_form(request, visit, refusal, _stands(settings.current()), ("site_settings", _row()))
        return _show(request, visit, form, status=status)
    messages.success(request, _("Saved."))
    return redirect("site_settings")


def _unseen_effect(
    request: HttpRequest, visit: Visit, changes: dict[str, Any], expected: dict[str, Any] | None
) -> CountsEffect | None:
    """Return what another warning period would do, unless that was shown before; None when it stays as it is."""
    days = changes["warning_days"]
    if days == visit.site.warning_days or request.POST.get("shown") == str(days):
        return None
    return counts_effect(
        lambda: settings.update_settings(changes, expected=expected, by=visit.actor, at=visit.at),
    )


def _row() -> int:
    """Return the number of the settings in force, as the audit log knows them; 0 before a site was set up."""
    return SiteSettings.objects.filter(until=None).values_list("pk", flat=True).first() or 0


def _stands(site: settings.Site) -> Form:
    first, second, *_rest = (*site.paper_languages, "", "")
    return Form(
        {
            "name": site.name,
            "warning_days": str(site.warning_days),
            **{name: f"{getattr(site, name):%H:%M}" for name in HOURS},
            "languages": ", ".join(site.languages),
            "paper_languages": first,
            "second_paper_language": second,
        }
    )


def _read(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
    papers = (read.plain("paper_languages"), read.plain("second_paper_language"))
    languages = read.plain("languages").replace(",", " ").lower().split()
    found = {
        "name": read.plain("name"),
        "warning_days": read.number("warning_days"),
        **{name: _time(read, name) for name in HOURS},
        "languages": tuple(dict.fromkeys(languages)),
        "paper_languages": tuple(one for one in papers if one),
    }
    if papers[1] and not papers[0]:
        read.errors.append(FieldError("paper_languages", "REQUIRED", _("Choose the first language too.")))
    read.refuse()
    return found


def _time(read: Reading, name: str) -> time:
    text = read.plain(name)
    try:
        return time.fromisoformat(text)
    except ValueError:
        read.errors.append(FieldError(name, "TIME_INVALID", _("Give a time of day, such as 08:00.")))
        return time()


def _show(
    request: HttpRequest,
    visit: Visit,
    form: Form,
    *,
    effect: CountsEffect | None = None,
    shown: int | None = None,
    status: int = 200,
) -> HttpResponse:
    values = {
        "form": form,
        "effect": effect,
        "shown": shown,
        "languages": [(code, own_name(code)) for code, _name in installed.LANGUAGES],
        "here": "settings",
    }
    return show(request, visit, "settings/settings.html", values, status=status)


urlpatterns = [path("settings", site_settings, name="site_settings")]
