"""The energy field: outages of generation, transmission and distribution, and shortages."""
