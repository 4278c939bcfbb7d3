"""Irreversible acts ask once, for a reason, in a dialog; without htmx the same words stand on a page of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from titan.core.errors import Conflict, Invalid
from titan.web.visit import Visit, go_to, is_htmx, part, show


@dataclass(frozen=True)
class Act:
    """What is asked about: the template of its words (parts/reason.html), what it does with the reason given.

    address: of the dialog itself. back: where it was asked. said: what is told once it is done. possible: whether it
    can be done at all.
    """

    template: str
    do: Callable[[str], object]
    address: str
    back: str
    said: str
    possible: bool = True


def ask_reason(
    request: HttpRequest, visit: Visit, act: Act, show_also: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """Ask for the reason, or do it (POST) and go back; what is refused is said in the dialog, with what was typed.

    show_also: what the words need; asked for only when the dialog is shown.
    """
    reason, refusal = request.POST.get("reason", ""), None
    if request.method == "POST":
        try:
            act.do(reason)
        except (Invalid, Conflict) as error:
            refusal = error
        else:
            messages.success(request, act.said)
            return go_to(request, act.back)
    values = {"place": "", **show_also(), "act": act, "reason": reason, "refusal": refusal}
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return part(request, visit, act.template, values, status=status)
    return show(request, visit, "worker/dialog.html", {**values, "inside": act.template}, status=status)
