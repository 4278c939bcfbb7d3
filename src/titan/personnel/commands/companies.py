"""Companies: make, change, delete while unused (domain.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, nothing_changed, say
from titan.core.errors import NotFound
from titan.core.expected import need_expected
from titan.core.given import UNCHANGED, Unchanged, Wrong, given_in
from titan.core.language import _
from titan.core.permit import need_admin
from titan.core.removal import delete_unused
from titan.core.text import search_key
from titan.personnel.commands.identity import restating_companies
from titan.personnel.models import Company


@dataclass(frozen=True)
class CompanyChanges:
    """Some of a company; what is UNCHANGED stays."""

    code: str | Unchanged = UNCHANGED
    name: str | Unchanged = UNCHANGED


@command
def create_company(code: str, name: str, *, by: Actor, at: datetime) -> int:
    """Make a company; return its id. Raises Invalid for blanks and for a code in use."""
    need_admin(by)
    values = _checked({"code": code, "name": name}, None)
    company = Company.objects.create(**values, search_key=search_key(values["code"], values["name"]))
    say("company.created", "company", company.pk, after=values)
    return company.pk


@command
def update_company(
    company_id: int, changes: CompanyChanges, *, expected: CompanyChanges | None = None, by: Actor, at: datetime
) -> None:
    """Change a company's code or name. expected: what the editor saw; Conflict STALE when it is so no more."""
    need_admin(by)
    company = _locked(company_id)
    before = {"code": company.code, "name": company.name}
    after = _checked({**before, **given_in(changes)}, company_id)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        nothing_changed()
        return
    need_expected(before, given_in(expected), _("company %(code)s") % {"code": company.code})
    company.code, company.name = after["code"], after["name"]
    company.search_key = search_key(company.code, company.name)
    with restating_companies([company_id] if "name" in changed else [], by=by, at=at):
        company.save()
    say(
        "company.updated",
        "company",
        company_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


@command
def delete_company(company_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a company without workers; raises Conflict IN_USE otherwise (domain.md §4)."""
    need_admin(by)
    company = _locked(company_id)
    delete_unused(company, _("company %(code)s") % {"code": company.code})
    say("company.deleted", "company", company_id, before={"code": company.code, "name": company.name})


def _locked(company_id: int) -> Company:
    company = Company.objects.select_for_update().filter(pk=company_id).first()
    if company is None:
        raise NotFound("company", company_id)
    return company


def _checked(values: dict[str, str], company_id: int | None) -> dict[str, str]:
    wrong = Wrong()
    code = wrong.code("code", values["code"])
    name = wrong.text("name", values["name"], limit=200, required=True)
    if Company.objects.filter(code=code).exclude(pk=company_id or 0).exists():
        wrong.add("code", "NOT_UNIQUE", _("There is a company %(code)s already: give another code.") % {"code": code})
    wrong.refuse()
    return {"code": code, "name": name}
