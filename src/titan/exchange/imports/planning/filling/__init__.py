"""Whole rows from what a sheet tells: what it leaves out stays as it stands, or has a default where something is new.

Each function takes what the mapped cells of a row were read as, and returns the columns of a site folder's row; what
keeps it from that it says to the row's plan. An empty cell changes nothing, unless empty cells are to take away.
"""

from titan.exchange.imports.planning.filling.library import (
    fill_area,
    fill_company,
    fill_course,
    fill_requirement,
    fill_role,
    fill_venue,
)
from titan.exchange.imports.planning.filling.trainers import fill_trainer
from titan.exchange.imports.planning.filling.training import fill_record
from titan.exchange.imports.planning.filling.workers import fill_worker

__all__ = [
    "fill_area",
    "fill_company",
    "fill_course",
    "fill_record",
    "fill_requirement",
    "fill_role",
    "fill_trainer",
    "fill_venue",
    "fill_worker",
]
