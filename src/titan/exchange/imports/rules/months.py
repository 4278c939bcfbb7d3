"""The months by name: English, Turkish, Azerbaijani, Russian. Pure."""

from __future__ import annotations

from titan.exchange.imports.rules.folding import fold

_NAMES = (
    "january jan ocak oca yanvar yan yanvarya январь января янв",
    "february feb şubat şub fevral fev fevralya февраль февраля фев",
    "march mar mart marta март марта мар",
    "april apr nisan nis aprel aprelya апрель апреля апр",
    "may mayıs maya май мая",
    "june jun haziran haz iyun iyn iyunya июнь июня июн",
    "july jul temmuz tem iyul iyl iyulya июль июля июл",
    "august aug ağustos ağu avqust avq avgust avgusta август августа авг",
    "september sep sept eylül eyl sentyabr sen sentyabrya сентябрь сентября сен",
    "october oct ekim eki oktyabr okt oktyabrya октябрь октября окт",
    "november nov kasım kas noyabr noy noyabrya ноябрь ноября ноя",
    "december dec aralık ara dekabr dek dekabrya декабрь декабря дек",
)
MONTHS = {fold(name): number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar "
    "bazar ertəsi çərşənbə axşamı cümə şənbə"
)
WEEKDAYS = frozenset(fold(name) for name in _DAYS.split())
