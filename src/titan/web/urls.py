"""The pages' addresses: each module in `pages` that has `urlpatterns` is mounted because it does."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from django.urls import URLPattern

import titan.web.pages

urlpatterns: list[URLPattern] = [
    pattern
    for module in sorted(found.name for found in pkgutil.iter_modules(titan.web.pages.__path__))
    for pattern in getattr(import_module(f"titan.web.pages.{module}"), "urlpatterns", [])
]
