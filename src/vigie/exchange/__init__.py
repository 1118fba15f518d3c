"""The release gate and the formats that belong to no field."""

from vigie.exchange.atom import MEDIA_TYPE_ATOM, AtomEntry, atom_entry, atom_xml
from vigie.exchange.cap import Release, ack_of, cap_of, certainty_of, error_of
from vigie.exchange.cap_chain import Chained, chain_heads, chain_states
from vigie.exchange.cap_message import MEDIA_TYPE_CAP, CapArea, CapInfo, CapMessage, CapResource, CapValue, Reference, cap_instant, cap_time
from vigie.exchange.cap_read import MAX_CAP_BYTES, read_cap, without_people
from vigie.exchange.cap_rules import check_cap
from vigie.exchange.cap_write import cap_xml
from vigie.exchange.geojson import MEDIA_TYPE, feature, geojson_lines
from vigie.exchange.table import csv_lines

__all__ = [
    "MAX_CAP_BYTES",
    "MEDIA_TYPE",
    "MEDIA_TYPE_ATOM",
    "MEDIA_TYPE_CAP",
    "AtomEntry",
    "CapArea",
    "CapInfo",
    "CapMessage",
    "CapResource",
    "CapValue",
    "Chained",
    "Reference",
    "Release",
    "ack_of",
    "atom_entry",
    "atom_xml",
    "cap_instant",
    "cap_of",
    "cap_time",
    "cap_xml",
    "certainty_of",
    "chain_heads",
    "chain_states",
    "check_cap",
    "csv_lines",
    "error_of",
    "feature",
    "geojson_lines",
    "read_cap",
    "without_people",
]
