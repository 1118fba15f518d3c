"""The release gate and the formats that belong to no field."""

from vigie.exchange.geojson import MEDIA_TYPE, feature, geojson_lines
from vigie.exchange.table import csv_lines

__all__ = ["MEDIA_TYPE", "csv_lines", "feature", "geojson_lines"]
