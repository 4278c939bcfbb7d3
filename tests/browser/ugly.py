"""Workbooks as sites really keep them, about the demo site: title rows, mixed dates, words for codes, broken rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.exchange.imports.files import Formula, Shown, workbook

HEAD = ["S.No", "Sicil No", "Adı", "Soyadı", "Firma", "Görevi", "Göreve Başlama", "Durumu", "Çalışma Alanı", "Telefon"]
FIRST = [
    "Ayşe",
    "Mehmet",
    "Günel",
    "Orxan",
    "Zeynep",
    "Rəşad",
    "Fatma",
    "Elçin",
    "İlkay",
    "Sevda",
    "Tuğba",
    "Nərgiz",
    "Şükrü",
    "Ümit",
    "Çağla",
    "Vüqar",
]
LAST = [
    "IŞIK",
    "Öz",
    "Məmmədov",
    "Çelik",
    "Əliyeva",
    "Yılmaz",
    "Güneş",
    "Quliyev",
    "Şahin",
    "İbrahimov",
    "Kaya",
    "Demir",
    "Aydın",
    "Hüseynli",
]
COMPANIES = ["Caspian Scaffolding", "Bosphorus Mechanical", "NGT", "Kestrel NDT"]
ROLES = ["Rigger", "iskeleci", "WELDER", "JOB-004"]
AREAS = ["Unit 1 Separation / TANK", "PROC, TANK", "Tank Farm", ""]
STATUSES = ["Çalışıyor", "aktif", "AKTİF", "Active"]


def personnel(people: int = 60, *, start: int = 1, broken: bool = True) -> bytes:
    """Return a workbook of new workers with a register of what they attended.

    broken: with what cannot be taken as it stands, and what has to be asked.
    """
    rows = [_person(number) for number in range(start, start + people)]
    if broken:
        rows = _broken(rows, start + people)
    title: list[list[Any]] = [["KUZEY SAHASI TAŞERON PERSONEL LİSTESİ"], ["Hazırlama tarihi: 20.11.2026"], []]
    list_of = [*title, HEAD, *rows, [], ["Toplam", len(rows)]]
    trained = [["Sicil No", "Adı Soyadı", "Eğitim", "Eğitim Tarihi", "Geçerlilik", "Sonuç"]]
    for number in range(start, start + people, 2):
        day = date(2026, 1 + number % 9, 14 + number % 10)
        trained.append([_badge(number), _name(number), "HSE-001", day, day.replace(year=2027), "Geçti"])
    return workbook(
        ("PERSONEL", list_of), ("Eğitim kayıtları", trained), ("Notlar", [["Sorular: Ali Bey, dahili 1234"]])
    )


def whole_site() -> bytes:
    """Return all that a site keeps in one workbook: firms, jobs, courses, who needs what, people, past training."""
    firms = [["Firma Kodu", "Firma Adı"], ["KZY", "Kuzey Yapı A.Ş."], ["HZR", "Hazar İskele"]]
    jobs = [["Görev Kodu", "Görev"], ["ISK", "İskeleci"], ["KAY", "Kaynakçı"]]
    courses = [
        ["Eğitim Kodu", "Eğitim Adı", "Süre (saat)", "Geçerlilik (ay)"],
        ["İSG-01", "Saha Oryantasyonu", 2, 12],
        ["İSG-02", "Yüksekte Çalışma", 8, 24],
    ]
    needed = [
        ["Görev", "Eğitim", "Zorunlu", "Ek süre (gün)"],
        ["İskeleci", "İSG-01", "giriş öncesi", None],
        ["İskeleci", "Yüksekte Çalışma", "giriş sonrası", 30],
        ["Kaynakçı", "Saha Oryantasyonu", "giriş öncesi", None],
    ]
    people: list[list[Any]] = [
        ["KUZEY SAHASI — PERSONEL LİSTESİ"],
        ["Güncelleme: 20 Kasım 2026"],
        [],
        ["S.No", "Sicil No", "Adı Soyadı", "Firma", "Görevi", "Göreve Başlama", "Durumu"],
        [1, " K-001", "Ayşe IŞIK", "KUZEY YAPI A.Ş.", "iskeleci", "04/03/2026", "Çalışıyor"],
        [2, "K-002", "Mehmet Ali Öz", "Hazar Iskele", "Kaynakçı", "05/06/2026", "aktif"],
        [3, "K-003", "Günel Məmmədova", "Hazar İskele", "KAYNAKÇI", "07/08/2026", "AKTİF"],
        [4, "K-004", "Orxan Quliyev", "Taşeron XYZ", "İskeleci", "02/09/2026", "aktif"],
        [5, "K-005", "Elçin Şahin", "KZY", "İskeleci", "31.02.2026", "aktif"],
        [6, "K-006", Formula('=A1&"x"', "Ali Veli"), "KZY", "İskeleci", "01/02/2026", "aktif"],
        [2, "K-002", "Mehmet Ali Öz", "Hazar Iskele", "Kaynakçı", "05/06/2026", "aktif"],
        ["Toplam", 6],
    ]
    matrix = [
        ["Sicil No", "Adı Soyadı", "İSG-01", "İSG-02"],
        ["K-001", "Ayşe IŞIK", date(2026, 10, 15), date(2026, 10, 20)],
        ["K-002", "Mehmet Ali Öz", date(2025, 3, 20), None],
    ]
    return workbook(
        ("Firmalar", firms),
        ("Görevler", jobs),
        ("Eğitimler", courses),
        ("Zorunlu eğitimler", needed),
        ("PERSONEL", people),
        ("Eğitim matrisi", matrix),
    )


def ambiguous() -> bytes:
    """Return a workbook with a column of dates that could be read either way, and a company that nobody knows."""
    head = ["Badge", "Name", "Surname", "Company", "Position", "Role since", "Status"]
    rows = [
        [
            f"QX-{number:03}",
            FIRST[number],
            LAST[number],
            "Sahil Insaat MMC" if number % 3 else "KND",
            "Driver",
            f"{1 + number:02}/0{1 + number % 8}/2026",
            "active",
        ]
        for number in range(1, 9)
    ]
    rows.append(["QX-010", "Cavid", "Əsgərov", "Sahil Inşaat MMC", "Drone Pilot", "05/06/2026", "active"])
    return workbook(("Sheet1", [["Contractor mobilisation list"], head, *rows]))


def changed(badges: list[str]) -> bytes:
    """Return a workbook that changes workers who stand already: e-mail, status; and one that stays as it is."""
    head = ["Employee ID", "First name", "Email", "Working status"]
    rows = [
        [badge, f"Renamed {number}", f"{badge.lower()}@new.example", "active"] for number, badge in enumerate(badges)
    ]
    return workbook(("Changes", [head, *rows]))


def unread() -> bytes:
    """Return a workbook of which nobody can tell what it holds, and that lacks what a new worker needs."""
    rows = [["A-1", "Rəna"], ["A-2", "Murat"]]
    return workbook(
        ("Sayfa1", [["Kod", "Ad"], *rows]),
        ("Telefonlar", [["Sicil No", "Ad Soyad", "Telefon"], ["Q-1", "Ali Er", "1"]]),
    )


def many(rows: int = 6_000) -> bytes:
    """Return a CSV of more workers than are checked while somebody waits."""
    head = "Badge;First name;Last name;Company\r\n"
    return (head + "".join(f"HO-{number:05};First {number};Last;NGT\r\n" for number in range(rows))).encode("utf-16")


def _badge(number: int) -> str:
    return f"KZY-{number:04}"


def _name(number: int) -> str:
    return f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"


def _person(number: int) -> list[Any]:
    day = date(2026, 1 + number % 10, 13 + number % 15)
    shapes: list[Any] = [day, f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}", (day - date(1899, 12, 30)).days]
    return [
        number,
        f" {_badge(number)} ",
        FIRST[number % len(FIRST)] + ("\n" if number % 7 == 0 else ""),
        LAST[number % len(LAST)],
        COMPANIES[number % len(COMPANIES)],
        ROLES[number % len(ROLES)],
        shapes[number % len(shapes)],
        STATUSES[number % len(STATUSES)],
        AREAS[number % len(AREAS)],
        f"+994 50 {number:03} 45 67",
    ]


def _broken(rows: list[list[Any]], after: int) -> list[list[Any]]:
    """Return the rows with broken ones among them, and with two firms that are not on the site."""
    broken: list[list[Any]] = [
        [None, _badge(after), Formula('=PROPER("ali")', "Ali"), "Kaya", "NGT", "Rigger", "2026-03-05", "aktif", "", ""],
        [None, _badge(after + 1), "Can", "Er", "NGT", "Rigger", "31.02.2026", "aktif", "", ""],
        [None, Shown(5, "00000"), "Cem", "Uçar", "NGT", "Rigger", "2026-03-05", "belki", "", ""],
        [None, _badge(after + 2), "", "", "NGT", "Rigger", "2026-03-05", "aktif", "", "telefon yok ki"],
        list(rows[3]),
    ]
    for number in (5, 11, 17):
        rows[number][4] = "Kuzey Yapı Ltd. Şti."
    rows[23][4] = "Casp. Scaffolding"
    rows[29][8] = "Depo 4"
    return [*rows[:20], *broken, HEAD, *rows[20:]]
