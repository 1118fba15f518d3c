"""The formats that this pack understands, one module each."""

from __future__ import annotations

from vigie.fields.cyber import kev, misp

READERS = (kev.READER, misp.READER)
