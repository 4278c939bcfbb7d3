"""The pages' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from titan.web.pages import account, today

urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("sign-in", account.sign_in, name="sign_in"),
    path("sign-out", account.sign_out, name="sign_out"),
]
