"""The mine-action field: hazardous areas, findings, accidents, clearance and risk education."""
