"""Addresses of sources: how they are shown without their secrets, and how a file that comes from one is named."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_SECRET = re.compile(r"(?i)([?&;][^=&;#]*(?:key|token|secret|pass|pwd|auth|sig)[^=&;#]*=)[^&;#]*")
_USER = re.compile(r"//[^/?#@]*@")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 120


def shown(address: str) -> str:
    """The address without a password or a token in it.

    >>> shown("https://me:pw@example.org/a?api_key=1234&year=2014")
    'https://…@example.org/a?api_key=…&year=2014'
    """
    return _SECRET.sub(r"\1…", _USER.sub("//…@", address))


def safe_name(text: str, otherwise: str = "answer") -> str:
    """A file name made of `text`: letters, digits, point, dash and underscore, no leading point, at most 120 characters.

    >>> safe_name("../../etc/passwd"), safe_name("ged251-csv.zip"), safe_name("…")
    ('etc_passwd', 'ged251-csv.zip', 'answer')
    """
    return _UNSAFE.sub("_", text)[-_LONGEST_NAME:].lstrip("._-").replace("_.._", "_") or otherwise


def file_name(address: str, otherwise: str = "answer") -> str:
    """The name of the file that an address ends with.

    >>> file_name("https://example.org/downloads/ged251-csv.zip?x=1"), file_name("https://example.org/")
    ('ged251-csv.zip', 'answer')
    """
    return safe_name(unquote(urlsplit(address).path).rpartition("/")[2], otherwise)
