"""The description of the API is true: what it promises is what is answered, whatever is asked."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.node.settings import Node
from vigie.web import make_app
from web.world import NOW_US

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
"""Not among them: that every text which the schema allows is taken. Dates and boxes are texts, and most texts are neither."""


@pytest.fixture
def described(shown_node: Node, atlas: Atlas) -> schemathesis.BaseSchema:
    """The description, as the application gives it."""
    return schemathesis.openapi.from_asgi("/openapi.json", make_app(shown_node, atlas, lambda: NOW_US))


@pytest.mark.slow
def test_every_answer_is_as_described(described: schemathesis.BaseSchema) -> None:
    """Status, media type and shape of every answer stand in the description; nothing asked makes the node fail."""
    operations = [found.ok() for found in described.get_all_operations()]
    for operation in operations:

        @hypothesis.settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck))
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        ask()
    assert len(operations) == 13


def test_every_route_and_parameter_is_described(client: TestClient) -> None:
    """Each has a sentence, and each answer has a shape."""
    paths = client.get("/openapi.json").json()["paths"]
    assert len(paths) == 12
    for path in paths.values():
        assert path["get"]["description"]
        assert all(parameter["description"] for parameter in path["get"].get("parameters", []))
        assert {"200", "400", "default"} <= set(path["get"]["responses"])
        assert "422" not in path["get"]["responses"]
