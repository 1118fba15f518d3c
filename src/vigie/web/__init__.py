"""The node's face for people and programs: the read API and the page. No logic of its own: it reads arguments, asks the node and writes answers."""

from vigie.web.app import make_app, serve
from vigie.web.several import served_at

__all__ = ["make_app", "serve", "served_at"]
