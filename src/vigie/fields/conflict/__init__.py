"""Conflict: violence, unrest and pressure, from coded news and from deadly-event sets."""
