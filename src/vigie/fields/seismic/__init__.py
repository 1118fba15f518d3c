"""The seismic field: earthquakes and what seismographs take for them."""
