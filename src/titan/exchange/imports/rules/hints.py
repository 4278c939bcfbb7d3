"""What the name of a sheet or file says of its rows. Pure."""

from __future__ import annotations

from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.states import Kind

_NAMES = {
    Kind.MATRIX: "training matrix,matrix,matris,eğitim matrisi,təlim matrisi,competency matrix,matriks",
    Kind.ROLE_REQUIREMENTS: "role requirements,requirements of roles,görev gereklilikleri,"
    "görevlerin zorunlu eğitimleri,role training,görev eğitimleri,requirements by role",
    Kind.AREA_REQUIREMENTS: "area requirements,requirements of areas,alan gereklilikleri,"
    "alanların zorunlu eğitimleri,area training,alan eğitimleri,requirements by area",
    Kind.RECORDS: "records,past training,training records,training register,register,training history,eğitim kayıtları,"
    "geçmiş eğitimler,kayıtlar,eğitim geçmişi,təlim qeydləri,certificates,sertifikalar,training log,eğitim listesi",
    Kind.TRAINERS: "trainers,trainer,instructors,eğitmenler,eğitmen,təlimçilər,eğiticiler,trainer list,eğitmen listesi",
    Kind.VENUES: "venues,venue,rooms,classrooms,eğitim yerleri,salonlar,sınıflar,derslikler,otaqlar,məkanlar",
    Kind.COURSES: "courses,course,course catalogue,course list,training catalogue,eğitimler,eğitim kataloğu,kurslar,"
    "təlimlər,training list,katalog",
    Kind.COMPANIES: "companies,company,firmalar,firma,şirketler,şirkətlər,contractors,subcontractors,taşeronlar,"
    "company list,firma listesi",
    Kind.ROLES: "roles,role,positions,görevler,görev,unvanlar,pozisyonlar,vəzifələr,meslekler,job titles,role list",
    Kind.AREAS: "areas,area,zones,alanlar,alan,bölgeler,sahələr,sahalar,units,locations,area list,alan listesi",
    Kind.WORKERS: "workers,worker,personnel,employees,staff,people,personel,"
    "çalışanlar,personel listesi,çalışan listesi,işçilər,personnel list,manpower,manpower list,worker list,"
    "employee list,kadro,işçi siyahısı,headcount",
}
_KNOWN = {fold(name): kind for kind, names in _NAMES.items() for name in names.split(",")}


def hinted_kind(name: str) -> Kind | None:
    """Return what a name says; the longest of the names in it decides. None: nothing."""
    words = f" {fold(name.rpartition('.')[0] or name)} "
    found = [known for known in _KNOWN if f" {known} " in words]
    return _KNOWN[max(found, key=len)] if found else None
