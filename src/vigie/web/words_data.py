"""The texts of the app in one language: those alone that it says, as the build found them in its sources."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

from fastapi import APIRouter, Depends
from starlette.responses import Response

from vigie.model.canonical import Json
from vigie.model.languages import LANGUAGES, is_language_reviewed, translations_of
from vigie.web.asking import check_once
from vigie.web.borders import json_answer
from vigie.web.seats import Reader

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@lru_cache(maxsize=1)
def app_texts() -> tuple[str | tuple[str, str], ...]:
    """Every text that the app says: a plain one, or one with its plural; none where the app was not built."""
    found = resources.files(__package__).joinpath("static/app/texts.json")
    listed = json.loads(found.read_text("utf-8")) if found.is_file() else []
    return tuple(text if isinstance(text, str) else (text[0], text[1]) for text in listed)


@routes.get("/data/words")
def words_of_app(seat: Reader) -> Response:
    """The translations of the app's texts, the name of the locale, and whether a speaker has read them all."""
    texts = _texts(seat.tongue)
    locale = LANGUAGES[seat.tongue].replace("_", "-")
    head: dict[str, Json] = {"language": seat.tongue, "locale": locale, "reviewed": is_language_reviewed(seat.tongue)}
    return json_answer(head | {"texts": texts, "written": _written(seat.tongue)})


@lru_cache(maxsize=len(LANGUAGES))
def _written(language: str) -> dict[str, Json]:
    """How the language writes days, months and numbers, by CLDR: browsers do not know all of these languages."""
    from babel import Locale

    locale = Locale.parse(LANGUAGES[language])
    months = {form: [locale.months[form]["abbreviated"][month] for month in range(1, 13)] for form in ("format", "stand-alone")}
    symbols = locale.number_symbols["latn"]
    return {
        "day": locale.datetime_skeletons["yMMMd"].pattern,
        "month": locale.datetime_skeletons["yMMM"].pattern,
        "months": list[Json](months["format"]),
        "months_alone": list[Json](months["stand-alone"]),
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "percent": locale.percent_formats[None].pattern.replace("#,##0", "{n}"),
    }


@lru_cache(maxsize=len(LANGUAGES))
def _texts(language: str) -> dict[str, Json]:
    found = translations_of(language)
    keys = (text if isinstance(text, str) else text[0] for text in app_texts())
    return {key: said if isinstance(said := found[key], str) else list(said) for key in keys if key in found}
