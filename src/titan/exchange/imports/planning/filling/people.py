"""Names of people: in two columns or in one, and whether a row means whom its badge says."""

from __future__ import annotations

from titan.exchange.imports.planning.filling.filler import Filler
from titan.exchange.imports.rules.folding import case_key, fold
from titan.exchange.imports.rules.texts import NameOrder, split_name

_LAST_COMES_FIRST = (
    "soyad",
    "surname",
    "last name",
    "family name",
    "familiya",
    "soyisim",
    "fio",
    "f i o",
    "фамилия",
    "фио",
)


def name_order(heading: str) -> NameOrder:
    """Return in which order a heading says that names stand: Soyadı Adı; first name first unless it says otherwise."""
    folded = fold(heading)
    return NameOrder.LAST_FIRST if folded.startswith(tuple(map(fold, _LAST_COMES_FIRST))) else NameOrder.FIRST_LAST


def name_the_person(filler: Filler) -> None:
    """Fill first and last name. Whoever is called so already keeps their name as it is spelt."""
    stands = filler.standing
    whole = filler.given("full_name")
    if whole and "first_name" not in filler.plan.values:
        first, last = _split(filler, whole)
        filler.columns |= {"first_name": first, "last_name": last}
    else:
        filler.fill("first_name")
        filler.fill("last_name")
    if not filler.columns["first_name"]:
        filler.need("full_name" if "full_name" in filler.plan.values else "first_name")
    if stands is not None:
        filler.keep_case("first_name", stands.first_name, case_key)
        filler.keep_case("last_name", stands.last_name, case_key)


def _split(filler: Filler, whole: str) -> tuple[str, str]:
    stands = filler.standing
    if stands is not None:
        known = {
            case_key(f"{stands.first_name} {stands.last_name}"),
            case_key(f"{stands.last_name} {stands.first_name}"),
        }
        if case_key(whole.replace(",", " ")) in known:
            return stands.first_name, stands.last_name
    use = filler.plan.use
    return split_name(whole, name_order(use.heading(use.column_of("full_name"))))


def may_be_the_same(said: str, stands: str) -> bool:
    """Tell whether a row's name can mean the person of its badge: one word in common, accents and case aside."""
    return not said or not fold(said) or bool(set(fold(said).split()) & set(fold(stands).split()))
