"""Arrays in one file: what was written is read, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from vigie.node.array_file import read_arrays, write_arrays

_KINDS = st.sampled_from(["i1", "<i4", "<i8", "<u8", "<f8", "?", "<U7", "S5"])
_ARRAYS = st.dictionaries(st.text(max_size=5), _KINDS.flatmap(lambda kind: st_numpy.arrays(kind, st_numpy.array_shapes(min_side=0, max_side=9))), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ARRAYS)
def test_what_was_written_is_read(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Types, shapes and bytes; and the facts beside them."""
    path = tmp_path / "a.world"
    write_arrays(path, {"é": [1, None]}, arrays)
    facts, found = read_arrays(path)
    assert facts == {"é": [1, None]}
    assert [*found] == [*arrays]
    assert all((found[name].dtype, found[name].shape, found[name].tobytes()) == (one.dtype, one.shape, one.tobytes()) for name, one in arrays.items())
    assert [item.name for item in tmp_path.iterdir()] == ["a.world"]


def test_objects_are_refused(tmp_path: Path) -> None:
    """They would have to be run to be read."""
    with pytest.raises(TypeError):
        write_arrays(tmp_path / "a.world", {}, {"a": np.array([object()])})
