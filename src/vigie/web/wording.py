"""How a template says things in the language of its page: `t` a text, `tn` one of two by a count, `num` a number, `english` what is in English only.

A text is a whole sentence or a label, never a piece of one; what stands in it comes as `{name}`, and may be markup: `strong` and `big` make some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2
from markupsafe import Markup, escape

from vigie.model.languages import number_text, said
from vigie.model.languages import said_n as said_by_count
from vigie.web.said import chance as chance_text

_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def _tongue(context: jinja2.runtime.Context) -> str:
    return str(context["tongue"])


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    """The text as HTML, with the values in it; a value that is no markup is escaped."""
    safe = Markup(text.translate(_MARKS))  # noqa: S704 - its marks are escaped
    return safe.format(**values) if values else safe


@jinja2.pass_context
def t(context: jinja2.runtime.Context, text: str, /, **values: object) -> Markup:
    """The text in the page's language."""
    return _filled(said(_tongue(context), text), values)


@jinja2.pass_context
def tn(context: jinja2.runtime.Context, one: str, many: str, count: int, /, **values: object) -> Markup:
    """The form of the text that `count` asks for; `{n}` is the count unless the values give it."""
    tongue = _tongue(context)
    text = said_by_count(tongue, one, many, count, **{name: f"{{{name}}}" for name in {"n", *values}})
    return _filled(text, {"n": number_text(tongue, count), **values})


@jinja2.pass_context
def num(context: jinja2.runtime.Context, value: float | None, decimals: int = 0) -> str:
    """A number as the page's language writes it; nothing where there is none."""
    return "" if value is None else number_text(_tongue(context), value, decimals)


@jinja2.pass_context
def english(context: jinja2.runtime.Context, text: object) -> Markup:
    """What is written in English alone, marked as such on a page of another language."""
    return Markup('<span lang="en">{}</span>').format(text) if text and _tongue(context) != "en" else escape(text)


@jinja2.pass_context
def said_all(context: jinja2.runtime.Context, texts: Iterable[str]) -> list[Markup]:
    """Each of the texts in the page's language."""
    return [_filled(said(_tongue(context), text), {}) for text in texts]


@jinja2.pass_context
def chance(context: jinja2.runtime.Context, probability: float | None) -> str:
    """A probability as the page's language writes it."""
    return chance_text(probability, _tongue(context))


def big(text: object) -> Markup:
    """The words, large."""
    return Markup('<strong class="big">{}</strong>').format(text)


def strong(text: object) -> Markup:
    """The words, made to stand out."""
    return Markup("<strong>{}</strong>").format(text)


WORDING = {"t": t, "tn": tn, "num": num, "english": english, "said_all": said_all, "chance": chance, "strong": strong, "big": big}
"""What every template may call."""
