"""The pages' addresses."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = [
    path("", lambda request: HttpResponse(""), name="today"),
    path("sign-in", lambda request: HttpResponse(""), name="sign_in"),
]
