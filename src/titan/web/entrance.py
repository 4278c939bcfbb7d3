"""The sign-in library's views in Titan's pages: its forms as ours, its words as ours, its changes in our log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from django import forms
from django.conf import settings as django_settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.views import View
from django.views.decorators.cache import never_cache

from titan.accounts.adapters import PAUSED
from titan.accounts.commands import change_sign_in
from titan.compliance.queries.summary import site_counts
from titan.core import settings
from titan.web.form import Form
from titan.web.visit import Visit, frame, page


class Entrance:
    """Makes a view of the library one of Titan's: its form as `sent`, and an answer that says refused when it is."""

    request: HttpRequest
    refused_status = 422

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees; the name of the site is that of Titan's settings."""
        context: dict[str, Any] = super().get_context_data(**values)  # type: ignore[misc]
        form = context.get("form")
        sent = sent_of(form) if isinstance(form, forms.BaseForm) else Form()
        options = (context.get("js_data") or {}).values()
        passkey = json.dumps(next(iter(options), None), cls=DjangoJSONEncoder)
        return {**context, "site": settings.current(), "sent": sent, "passkey_options": passkey}

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        """Return the page again with what is wrong; after too many tries with how long to wait."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        response.status_code = 429 if PAUSED in codes else self.refused_status
        if PAUSED in codes:
            response["Retry-After"] = str(django_settings.TITAN_SIGN_IN_PAUSE)
        return response


class InFrame(Entrance):
    """Such a view for whoever is signed in, in the frame of every page."""

    visit = cast(Visit, None)

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees, with what the frame shows."""
        context = super().get_context_data(**values)
        counts = site_counts() if self.visit.reads_all else None
        return {**context, **frame(self.visit), "counts": counts, "here": "security"}


class Careful:
    """Makes a form of the library refuse a passkey's answer that is none; it stumbles over what no browser sends."""

    def full_clean(self) -> None:
        """Validate the form; what cannot be read is an error of the form."""
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, LookupError, TypeError, ValueError):
            self.cleaned_data: dict[str, Any] = {}
            wrong = get_adapter().validation_error("incorrect_code")
            self.add_error("credential", wrong)  # type: ignore[attr-defined]


def in_frame(view: type[View]) -> Callable[..., HttpResponseBase]:
    """Make a view class that is `InFrame` a page; what a form of it changes is one unit of work of the visitor."""

    @never_cache
    @page
    def answer(request: HttpRequest, visit: Visit, *args: Any, **kwargs: Any) -> HttpResponseBase:
        def work() -> HttpResponseBase:
            response = view.as_view(visit=visit)(request, *args, **kwargs)
            # Now, in the visitor's language and inside the unit of work.
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

        if request.method == "POST":
            return change_sign_in(work, by=visit.actor, at=visit.at)
        return work()

    return answer


def sent_of(form: forms.BaseForm) -> Form:
    """Return a form of Django's as one of ours: what was sent, and what is wrong at each field."""
    if not form.is_bound:
        return Form()
    values = {name: str(form.data.get(form.add_prefix(name), "")) for name in form.fields}
    errors = {name: " ".join(map(str, wrong)) for name, wrong in form.errors.items() if name in values}
    return Form(values, errors, " ".join(map(str, form.non_field_errors())), refused=bool(form.errors))
