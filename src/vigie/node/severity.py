"""How severe each report of a catalogue is, by its field's terms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue
from vigie.model.terms import Terms


def severities(terms: Terms, catalogue: Catalogue) -> NDArray[np.float64]:
    """Severity 0 to 10 of each report (n,): that of its kind, or of its magnitude on its scale where that is higher (`terms.severity_of`, for columns)."""
    own = np.array([terms.kinds[name].severity if name in terms.kinds else 0.0 for name in catalogue.kind.names])
    severity = own[catalogue.kind.codes] if len(own) else np.zeros(0)
    for code, scale in enumerate(catalogue.scale.names):
        points = terms.severity.get(scale, ())
        rows = np.flatnonzero((catalogue.scale.codes == code) & np.isfinite(catalogue.magnitude)) if points else np.zeros(0, np.int64)
        if len(rows):
            magnitude, worth = np.array(points, np.float64).T
            severity[rows] = np.maximum(severity[rows], np.interp(catalogue.magnitude[rows], magnitude, worth))
    return severity
