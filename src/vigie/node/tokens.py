"""The tokens that some sources ask for: from the environment or from a file that only the operator reads; never from the store, never shown."""

from __future__ import annotations

import os
import re
import tomllib

from vigie.model.errors import BadSetting
from vigie.node.settings import Node

TOKENS_FILE = "keys/tokens.toml"
"""In the node's folder; one line a source: `NAME = "TOKEN"`."""


def token_variable(name: str) -> str:
    """The environment variable that holds the token of the source `name`.

    >>> token_variable("ucdp-api")
    'VIGIE_SOURCE_UCDP_API_TOKEN'
    """
    return f"VIGIE_SOURCE_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_TOKEN"


def token_of(node: Node, name: str) -> str:
    """The token of a source: the environment's, else the file's, else the empty text. Raises `BadSetting` for one that cannot be sent."""
    token = os.environ.get(token_variable(name), "").strip() or _kept_token(node, name)
    if not (token.isascii() and token.isprintable()):
        raise BadSetting("The token of a source holds characters that cannot be sent", source=name, todo="paste it again, without line breaks")
    return token


def _kept_token(node: Node, name: str) -> str:
    path = node.folder / TOKENS_FILE
    if not path.exists():
        return ""
    try:
        tokens = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise BadSetting("The file of tokens is not TOML", source=TOKENS_FILE, expected='lines such as NAME = "TOKEN"') from None
    token = tokens.get(name, "")
    if not isinstance(token, str):
        raise BadSetting("A token is not text", source=TOKENS_FILE, record=name, expected='NAME = "TOKEN"')
    return token.strip()
