"""A made-up press page in French, as an institution puts one out: who met, where, on which days. Its text is ours and nothing of it happened.

It names a person, to show that the reader blanks the name; that name stands nowhere else.
"""

from __future__ import annotations

from datetime import date, timedelta

AGENCY = "DRILL-PRESS"
PERSON = ("Zdravko", "Izmišljen")
"""A person that there is not; the name must not come out of the page."""

TITLE = "Réunion des institutions partenaires à Pljevlja"

_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")
_PAGE = """\
<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>Mis à jour le {updated}</p>
<p>Les 1er et 2 {month}, une réunion de travail s'est tenue à Pljevlja (Monténégro). Elle a rassemblé des représentants de l'OSCE
et du Conseil de coopération régionale, venus d'Albanie, de Bosnie-Herzégovine, du Monténégro et de Serbie.</p>
<p>Le coordinateur de la réunion, M. {person}, a ouvert les travaux, consacrés à la sécurité humaine dans les villes minières.</p>
<p>Page inventée : rien de ce qui précède n'a eu lieu.</p>
</body>
</html>
"""


def meeting_days(today: date) -> tuple[date, date]:
    """The first and the second of a month, both over by yesterday."""
    first = (today - timedelta(days=4)).replace(day=1)
    return first, first + timedelta(days=1)


def press_page(today: date) -> bytes:
    """The page as it was updated yesterday; it tells of the meeting without its year."""
    updated, first = today - timedelta(days=1), meeting_days(today)[0]
    day = "1er" if updated.day == 1 else str(updated.day)
    said = f"{day} {_MONTHS[updated.month - 1]} {updated.year}"
    return _PAGE.format(title=TITLE, updated=said, month=_MONTHS[first.month - 1], person=" ".join(PERSON)).encode()
