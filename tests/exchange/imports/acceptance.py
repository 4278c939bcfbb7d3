"""A workbook as ugly as real ones, of which is known what becomes of every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.exchange.imports.files import Formula, Shown

ROWS = 3_100
HEADINGS = [
    "S.No",
    "Sicil\nNo *",
    "ADI",
    "SOYADI",
    "FİRMASI",
    "Görevi",
    "Göreve Başlama Tarihi",
    "İşe Giriş Tarihi",
    "Durumu",
    "Çalışma Alanları",
    "Cep Telefonu",
    "E-Posta",
    "Açıklama",
]
TITLES: list[list[Any]] = [
    ["NORTHGATE / BOĞAZİÇİ — ŞANTİYE PERSONEL LİSTESİ"],
    [None, "Güncelleme: 20.11.2026", None, "Hazırlayan: İ. Kâtip"],
    [],
    ["Firma", None, None, "Tarih"],
]
FIRST_ROW = len(TITLES) + 2
MONTHS = ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"]
COMPANIES = {
    "NGT": ["NGT", "ngt", "Northgate", "NORTHGATE", " northgate ", "NGT - Northgate"],
    "BOS": ["BOS", "Boğaziçi Mekanik", "BOĞAZİÇİ  MEKANİK", "bogazici mekanik", "Boğaziçi Mekanik (BOS)"],
}
ROLES = {"RIG": ["RIG", "Rigger", "Halatçı", "HALATÇI", "rıgger"], "WEL": ["WEL", "welder", "WELDER"]}
STATUSES = {
    "ACTIVE": ["Aktif", "AKTİF", "Çalışıyor", "active", "görevde"],
    "INACTIVE": ["İşten ayrıldı", "PASİF", "ayrıldı", "Inactive"],
    "BLACKLISTED": ["Kara liste", "KARA LİSTEDE"],
}
AREAS = [
    ((), ["", None, "-", "N/A"]),
    (("UNIT",), ["UNIT", "Unit 1", "unit 1"]),
    (("PROC", "SITE"), ["PROC;SITE", "Process / Site", "PROC, SITE", "Process\nSite", "site|proc", "Process ve Site"]),
]
FIRST_NAMES = ["Ayşe", "Mehmet", "Şükrü", "IŞIL", "İbrahim", "Günay", "Əli", "Zülfü Can", "Cem", "ÖZGÜR"]
LAST_NAMES = ["Öztürk", "ÇELİK", "Iğdır", "Əliyeva", "Yılmaz", "O'Neil", "Şahin-Kaya", "Ağa"]


@dataclass
class Expected:
    """What a workbook comes to. workers: by badge, what they must be. refused: codes by place. ignored: rows."""

    rows: list[list[Any]] = field(default_factory=list)
    workers: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)


def make(seed: int = 7) -> Expected:
    """Return a workbook's rows, title rows and all, and what is to become of each."""
    random, made = Random(seed), Expected()
    made.rows += [*TITLES, HEADINGS]
    spoilers = _spoilers()
    badges: list[Any] = _badges(random)
    while len(made.rows) < len(TITLES) + 1 + ROWS:
        row = len(made.rows) + 1
        number = row - FIRST_ROW + 1
        if number % 500 == 250:
            made.rows.append(list(HEADINGS))
            made.ignored.add(row)
        elif number % 97 == 50:
            made.rows.append([number, None, None])
        else:
            badge, shown = badges.pop()
            cells, worker = _good(random, number, badge, shown)
            spoil = spoilers[number // 31 % len(spoilers)] if number % 31 == 0 else None
            if spoil is None:
                made.workers[badge] = worker
            else:
                column, code = spoil(cells, random)
                made.refused[f"{column}{row}"] = code
            made.rows.append(cells)
            if number % 101 == 13 and spoil is None:
                # The same person once more, written another way: taken once.
                again, _worker = _good(random, number, badge, shown, worker)
                made.rows.append(again)
                made.ignored.add(row + 1)
    _contradict(random, made, badges)
    made.rows.append(["TOPLAM", Formula("=COUNTA(B6:B3105)", 3100)])
    made.ignored.add(len(made.rows))
    return made


def _contradict(random: Random, made: Expected, badges: list[Any]) -> None:
    """Add two rows that say different things of one worker: both are refused."""
    badge, shown = badges.pop()
    first, worker = _good(random, 1, badge, shown)
    second, _same = _good(random, 2, badge, shown, worker)
    second[2] = "Başkası"
    for cells in (first, second):
        made.rows.append(cells)
        made.refused[f"{len(made.rows)}"] = "CONTRADICTS"


def _badges(random: Random) -> list[tuple[str, Any]]:
    """Return badges, each with how its cell holds it: text, number, a number shown with zeros."""
    found: list[tuple[str, Any]] = []
    for number in range(1, ROWS + 10):
        kind = number % 4
        text = {0: f"NGT-{number:05}", 1: f"{number + 50_000}", 2: f"{number:07}", 3: f"00{number + 900_000}"}[kind]
        shown = {0: f" {text} ", 1: number + 50_000, 2: Shown(number, "0000000"), 3: f"'{text}"}[kind]
        found.append((text, shown))
    random.shuffle(found)
    return found


def _good(
    random: Random, number: int, badge: str, shown: Any, same: dict[str, Any] | None = None
) -> tuple[list[Any], dict[str, Any]]:
    worker = same or _worker(random, badge)
    cells = [
        number,
        shown,
        random.choice(["{}", " {}", "{}\n", "{}\u00a0"]).format(worker["first_name"]),
        worker["last_name"].replace(" ", "  "),
        random.choice(COMPANIES[worker["company"]]),
        random.choice(ROLES[worker["role"]]),
        _day(random, worker["role_assigned_on"]),
        _day(random, worker["start_date"]),
        random.choice(STATUSES[worker["status"]]),
        random.choice(dict(AREAS)[worker["areas"]]),  # type: ignore[arg-type]
        worker["phone"],
        worker["email"],
        "serbest metin = önemsiz",
    ]
    return cells, worker


def _worker(random: Random, badge: str) -> dict[str, Any]:
    start = date(2018, 1, 1) + timedelta(days=random.randrange(3_000))
    return {
        "employee_id": badge,
        "first_name": random.choice(FIRST_NAMES),
        "last_name": random.choice(LAST_NAMES),
        "company": random.choice(list(COMPANIES)),
        "role": random.choice(list(ROLES)),
        "role_assigned_on": start + timedelta(days=random.randrange(100)),
        "start_date": start,
        "status": random.choice(["ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE", "BLACKLISTED"]),
        "areas": random.choice(AREAS)[0],
        "phone": random.choice(["", "+994 50 123 45 67", "0555 111 22 33"]),
        "email": random.choice(["", f"{badge.lower().strip()}@site.example"]),
    }


def _day(random: Random, day: date) -> Any:
    return random.choice(
        [
            day,
            (day - date(1899, 12, 30)).days,
            str((day - date(1899, 12, 30)).days),
            f"{day:%d.%m.%Y}",
            f"{day:%d/%m/%Y}",
            f"{day.day}/{day.month}/{day:%y}",
            day.isoformat(),
            f"{day.day} {MONTHS[day.month - 1]} {day.year}",
            f"{day:%d.%m.%Y} 00:00:00",
        ]
    )


Spoil = Callable[[list[Any], Random], tuple[str, str]]


def _spoilers() -> list[Spoil]:
    def put(column: int, value: Any, code: str, place: str = "") -> Spoil:
        def spoil(cells: list[Any], _random: Random) -> tuple[str, str]:
            cells[column] = value
            return place or chr(65 + column), code

        return spoil

    def too_long(cells: list[Any], _random: Random) -> tuple[str, str]:
        cells[1] = f"Z{cells[0]:040}"
        return "B", "TOO_LONG"

    return [
        put(2, Formula('=UPPER("ayşe")', "AYŞE"), "FORMULA"),
        put(3, Formula("=VLOOKUP(B6,Z:Z,1,0)", "#N/A"), "FORMULA"),
        put(2, "=cmd|' /C calc'!A0", "LOOKS_LIKE_FORMULA"),
        put(1, Formula("=A6+1", 5), "FORMULA"),
        put(6, "31.02.2026", "NO_SUCH_DAY"),
        put(7, "2019", "DAY_MISSING"),
        put(7, "geçen ay", "NOT_A_DAY"),
        put(6, Formula("=TODAY()", date(2026, 11, 20)), "FORMULA"),
        put(7, "25.12.0219", "OUT_OF_RANGE"),
        put(1, date(2026, 2, 1), "IS_A_DATE"),
        put(1, "9.94501E+11", "SHORTENED_NUMBER"),
        put(1, None, "REQUIRED"),
        put(2, "?ükrü", "LETTER_LOST"),
        put(3, "Ã–ztÃ¼rk", "GARBLED"),
        put(3, "#REF!", "ERROR"),
        put(4, "Nortgate", "UNKNOWN_COMPANY"),
        put(4, None, "REQUIRED"),
        put(5, "Kaynakçı Yrd.", "UNKNOWN_ROLE"),
        put(8, "belki", "UNKNOWN_WORD"),
        put(9, "UNIT; Depo 9", "UNKNOWN_AREA"),
        put(11, "posta yok", "NOT_AN_EMAIL"),
        put(2, "x" * 101, "TOO_LONG"),
        too_long,
        put(7, 19, "NOT_A_DAY"),
    ]
