"""Small site folders for tests: a good one, and ways to change it."""

from __future__ import annotations

from pathlib import Path

SITE_JSON = '{"name": "Xəzər terminalı", "timezone": "Asia/Baku", "as_of": "2026-11-20"}'

GOOD = {
    "site.json": SITE_JSON,
    "companies.csv": "code,name\nNGT,Northgate\nBOS,Boğaziçi Mekanik\n",
    "roles.csv": "code,title_en,title_tr\nRIG,Rigger,Halatçı\nWEL,Welder,\n",
    "courses.csv": (
        "code,title_en,title_tr,category,duration_minutes,validity_months,delivery_method,requires_verification,"
        "prerequisite_codes\n"
        "IND,Induction,Oryantasyon,BASIC,120,12,INSTRUCTOR_LED,no,\n"
        "H2S,H2S Awareness,,GAS,240,24,BLENDED,yes,IND\n"
        "INV,Investigation,,LEAD,960,0,CBT,no,IND;H2S\n"
    ),
    # A child before its parent: rows may come in any order.
    "areas.csv": "code,name,parent_code\nUNIT,Unit 1,PROC\nSITE,Site,\nPROC,Process,SITE\n",
    "role_requirements.csv": "role_code,course_code,type,grace_period_days\nRIG,IND,PRE_MOB,\nRIG,H2S,POST_MOB,30\n",
    "area_requirements.csv": "area_code,course_code,type,grace_period_days\nPROC,H2S,PRE_MOB,\n",
    "trainers.csv": (
        "code,first_name,last_name,type,email,company_name,qualified_course_codes\n"
        "T1,Sabih,İnönü,EXTERNAL,,Emniyet Eğitim A.Ş.,IND;H2S\n"
        "T2,Omaca,Aksu,INTERNAL,t2@site.example,,IND\n"
    ),
    "venues.csv": 'name,capacity,location\nRoom A,20,"Building B, 2nd floor"\n',
    "personnel.csv": (
        "employee_id,first_name,last_name,email,phone,company_code,role_code,role_assigned_on,status,start_date,"
        "end_date,supervisor_employee_id,area_codes\n"
        "N-1,Günay,Əliyeva,n1@site.example,+994 50,NGT,RIG,2026-11-01,ACTIVE,2026-01-05,,N-2,UNIT;SITE\n"
        "N-2,شركة,عربي,,,BOS,WEL,2026-05-20,ACTIVE,2025-06-24,,,PROC\n"
        "N-3,Клавдий,Доронин,,,BOS,,,INACTIVE,2024-01-01,2026-01-01,N-2,\n"
    ),
    "records.csv": (
        "employee_id,course_code,completed_on,expires_on,provider_code,result\n"
        "N-1,IND,2026-02-19,2027-02-19,OWN,PASSED\n"
        "N-1,INV,2026-02-20,,OWN,PASSED\n"
        "N-2,H2S,2026-03-01,,NGT,FAILED\n"
        "N-2,H2S,2026-03-05,2028-03-05,NGT,PASSED\n"
    ),
}


def write(folder: Path, files: dict[str, str | bytes] | None = None, **changes: str | bytes) -> Path:
    """Write a folder of `files` (else the good one) with `changes`, such as personnel= for personnel.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    wanted: dict[str, str | bytes] = dict(GOOD if files is None else files)
    wanted.update({f"{name}.csv": content for name, content in changes.items()})
    for name, content in wanted.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def with_line(file: str, line: int, text: str) -> str:
    """Return the good `file` with row `line` (the header is row 1) replaced by `text`."""
    lines = GOOD[file].splitlines()
    lines[line - 1] = text
    return "\n".join(lines) + "\n"


def with_cell(file: str, line: int, column: str, text: str) -> str:
    """Return the good `file` with one cell replaced (files without quoted cells)."""
    lines = GOOD[file].splitlines()
    cells = lines[line - 1].split(",")
    cells[lines[0].split(",").index(column)] = text
    return with_line(file, line, ",".join(cells))


def with_row(file: str, *rows: str) -> str:
    """Return the good `file` with more `rows` at its end."""
    return GOOD[file] + "".join(f"{row}\n" for row in rows)
