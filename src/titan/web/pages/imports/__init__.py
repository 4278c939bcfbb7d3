"""Importing a spreadsheet: choose it, say what is what, answer what it leaves open, look, apply, take back."""

from __future__ import annotations

from django.urls import path

from titan.web.pages.imports import acts, files, steps, undo

urlpatterns = [
    path("imports", files.imports, name="imports"),
    path("imports/<int:import_id>", steps.import_page, name="import"),
    path("imports/<int:import_id>/sheets", steps.import_sheets, name="import_sheets"),
    path("imports/<int:import_id>/sheets/<int:sheet>", acts.import_sheet, name="import_sheet"),
    path("imports/<int:import_id>/empty", acts.import_empty, name="import_empty"),
    path("imports/<int:import_id>/questions", steps.import_questions, name="import_questions"),
    path("imports/<int:import_id>/answers", acts.import_answers, name="import_answers"),
    path("imports/<int:import_id>/preview", steps.import_preview, name="import_preview"),
    path("imports/<int:import_id>/fixes", acts.import_fixes, name="import_fixes"),
    path("imports/<int:import_id>/rows", acts.import_rows, name="import_rows"),
    path("imports/<int:import_id>/refused.xlsx", files.refused_rows, name="import_refused"),
    path("imports/<int:import_id>/apply", acts.import_apply, name="import_apply"),
    path("imports/<int:import_id>/discard", acts.import_discard, name="import_discard"),
    path("imports/<int:import_id>/result", steps.import_result, name="import_result"),
    path("imports/<int:import_id>/undo", undo.import_undo, name="import_undo"),
    path("imports/<int:import_id>/progress", steps.import_progress, name="import_progress"),
]
