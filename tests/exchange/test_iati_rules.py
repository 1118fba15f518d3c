"""IATI's rule language, rule by rule, and the standard's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from exchange.test_iati import ORG, activity, written
from exchange.test_iati_read import theirs
from made import NOW_US
from vigie.exchange.iati_rules import TESTS, check_iati, read_rules, standard_rules
from vigie.model.errors import BadReport, BadSetting

MARK = {"id": "x", "severity": "error", "message": "It is broken."}
TODAY_US = 1_577_836_800_000_000
"""2020-01-01 00:00 UTC."""


def breaks(name: str, xml: str, **case: Any) -> bool:
    """Whether an activity of this content breaks a rule."""
    rules = read_rules(json.dumps({"//iati-activity": {name: {"cases": [{**case, "ruleInfo": MARK}]}}}))
    root = etree.fromstring(f"<iati-activities>{xml if xml.startswith('<iati-activity') else f'<iati-activity>{xml}</iati-activity>'}</iati-activities>")
    found = check_iati(root, TODAY_US, rules)
    assert all((one.rule, one.severity, one.sentence) == ("x", "error", "It is broken.") for one in found)
    return bool(found)


@pytest.mark.parametrize(
    ("name", "case", "keeps", "broken"),
    [
        ("atleast_one", {"paths": ["a", "b"]}, ["<a/>", "<b/><b/>"], ["", "<c/>"]),
        ("atLeastOne", {"paths": ["a[@t='1' or @t='2']"]}, ["<a t='2'/>"], ["<a t='3'/>"]),
        ("no_more_than_one", {"paths": ["a", "b"]}, ["", "<a/>"], ["<a/><b/>", "<a/><a/>"]),
        ("only_one_of", {"excluded": ["x"], "paths": ["a", "b"]}, ["<x/>", "<a/>"], ["<x/><a/>", "", "<a/><b/>"]),
        (
            "one_or_all",
            {"one": "@xml:lang", "all": "lang"},
            ["<t><narrative xml:lang='en'/></t>", "<iati-activity xml:lang='en'><narrative/></iati-activity>"],
            ["<t><narrative/></t>"],
        ),
        ("one_or_all", {"one": "@default-currency", "all": "currency"}, ["<b><value currency='EUR'/></b>", ""], ["<b><value/></b>", "<loan-status/>"]),
        ("one_or_all", {"one": "sector", "all": "sector"}, ["<sector/><transaction/>", "<transaction><sector/></transaction>"], ["<transaction/>"]),
        ("dependent", {"paths": ["a", "b"]}, ["", "<a/><b/>"], ["<a/>"]),
        (
            "sum",
            {"paths": ["a/@p"], "sum": 100},
            ["", "<a p='60'/><a p='40'/>", "<a p='33.3'/><a p='66.7'/>"],
            ["<a p='60'/><a p='30'/>", "<a p='x'/>", "<a p='1e99999'/>"],
        ),
        ("strict_sum", {"paths": ["a/@p"], "sum": 100}, ["<a p='100'/>"], ["", "<a p='99.99'/>", "<a p='NaN'/>", "<a p='Infinity'/>"]),
        (
            "date_order",
            {"less": "a/@d", "more": "b/@d"},
            ["<a d='2020-01-02'/>", "<a d='x'/><b d='2019-01-01'/>", "<a d='2020-01-01'/><b d='2020-01-01'/>"],
            ["<a d='2020-01-02'/><b d='2020-01-01Z'/>"],
        ),
        (
            "date_order",
            {"less": "a/@d", "more": "NOW"},
            ["<a d='2020-01-01'/>", "<a d='2019-12-31'/>"],
            ["<a d='2020-01-02'/>", "<a d='2020-01-01T00:00:01Z'/>"],
        ),
        (
            "date_now",
            {"date": "@d"},
            ["<iati-activity d='2020-01-01T01:00:00+02:00'/>", "<iati-activity d='0000-00-00'/>"],
            ["<iati-activity d='2020-01-01T00:00:00-01:00'/>"],
        ),
        (
            "time_limit",
            {"start": "a", "end": "b"},
            ["<a>2020-02-29</a><b>2021-02-28</b>", "<a>2016-01-01</a><b>2017-01-01</b>", "<a>9999-01-01</a>"],
            ["<a>2016-01-01</a><b>2017-01-02</b>"],
        ),
        (
            "between_dates",
            {"start": "a", "date": "b", "end": "c"},
            ["<a>2020-01-01</a><b>2020-01-01</b><c>2020-01-02</c>", "<a>2020-01-01</a><b>2020-01-02</b><c>2020-01-02</c>", "<b>2020-01-01</b>"],
            ["<a>2020-01-01</a><b>2020-01-03</b><c>2020-01-02</c>"],
        ),
        ("regex_matches", {"paths": ["a"], "regex": "^[^/]+$"}, ["", "<a/>", "<a>x</a>"], ["<a>x</a><a>y/z</a>"]),
        ("regex_no_matches", {"paths": ["a"], "regex": "/"}, ["<a>x</a>", "<a/>"], ["<a>x/</a>"]),
        ("startswith", {"paths": ["a"], "start": "b/@r"}, ["<a>XM-1-2</a><b r='XM-1'/>", "<b r='XM-1'/>"], ["<a>XM-2</a><b r='XM-1'/>", "<a>XM-2</a>"]),
        ("startsWith", {"paths": ["a"], "prefix": ["b", "c"], "separator": "-"}, ["<a>XM-2</a><b>Q</b><c>XM</c>"], ["<a>XM2</a><c>XM</c>"]),
        ("unique", {"paths": ["a", "b"]}, ["<a>1</a><b>2</b>"], ["<a>1</a><b>1</b>"]),
        ("if_then", {"if": "count(a) > 0", "then": "count(b) > 0"}, ["", "<b/>", "<a/><b/>"], ["<a/>"]),
        ("ifThen", {"condition": "c", "if": "a", "then": "b"}, ["<a/>"], ["<a/><c/>"]),
        ("evaluates_to_true", {"eval": "count(a) = 1"}, ["<a/>"], ["", "<a/><a/>"]),
        ("range", {"paths": ["a"], "min": 0.0, "max": 100}, ["", "<a>0</a>", "<a>100.0</a>"], ["<a>-1</a>", "<a>100.01</a>", "<a>x</a>"]),
        ("range", {"paths": ["a"], "min": 1}, ["<a>5000</a>"], ["<a>0</a>"]),
        ("no_spaces", {"paths": ["a"]}, ["<a>x y</a>"], ["<a> x</a>", "<a>x\n</a>"]),
        ("no_percent", {"paths": ["a/@r"]}, ["<a r='5'/>"], ["<a r='5%'/>"]),
        ("positive_decimal", {"paths": ["a"]}, ["<a>0.1</a>"], ["<a>0</a>", "<a>-1</a>", "<a/>"]),
        (
            "loop",
            {"foreach": "a/@v", "subs": ["paths"], "do": {"strict_sum": {"cases": [{"paths": ["a[@v = '$1']/@p"], "sum": 100, "ruleInfo": MARK}]}}},
            ["", "<a v='1' p='100'/><a v='2' p='100'/>"],
            ["<a v='1' p='100'/><a v='2' p='50'/>", '<a v="o\'o" p="1"/>'],
        ),
    ],
)
def test_every_rule_of_the_language_says_what_its_specification_says(name: str, case: dict[str, Any], keeps: list[str], broken: list[str]) -> None:
    """Each with what keeps it and what breaks it."""
    for xml in keeps:
        assert not breaks(name, xml, **case), xml
    for xml in broken:
        assert breaks(name, xml, **case), xml


def test_all_rules_of_the_language_are_tested_above() -> None:
    """None is forgotten."""
    mark = test_every_rule_of_the_language_says_what_its_specification_says.pytestmark[0]  # type: ignore[attr-defined]
    tried = {rule.name for row in mark.args[1] for rule in read_rules(json.dumps({"a": {row[0]: {"cases": [{}]}}}))}
    assert tried == {*TESTS, "loop"}


def test_a_rule_set_that_is_none_is_refused() -> None:
    """Another file, a name that the language does not have, a path that is none."""
    for text in ("[]", "a: {b: c}", "a: [", "//x: {no_such_rule: {cases: [{}]}}"):
        with pytest.raises(BadSetting):
            read_rules(text, "mine.json")
    with pytest.raises(BadSetting, match="no XPath"):
        breaks("atleast_one", "", paths=["a["])
    with pytest.raises(BadReport, match="well-formed"):
        check_iati(b"<a", NOW_US)


def test_the_standards_rules_have_a_number_and_a_sentence_of_their_own() -> None:
    """And a severity where the published one has."""
    told = [rule.case["ruleInfo"] for rule in standard_rules() if rule.name != "loop"]
    told += [case["ruleInfo"] for rule in standard_rules() if rule.name == "loop" for held in rule.case["do"].values() for case in held["cases"]]
    assert len(told) > 80
    assert all(one["id"] and one["message"].endswith(".") and one.get("severity", "warning") in ("error", "warning") for one in told)


def test_a_good_file_breaks_no_rule_whose_breach_is_an_error() -> None:
    """That of others, and ours with everything that was added for the schema."""
    assert [fault for fault in check_iati(theirs(), NOW_US) if fault.severity == "error"] == []
    ours = check_iati(written(activity(priorities=("cyber", "mines"), countries=({"code": "ME"}, {"code": "XK"}))), NOW_US)
    assert [(fault.rule, fault.severity) for fault in ours] == [("3.1.1", "warning")]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('percentage="40"', 'percentage="30"', "3.1.2"),
        ('percentage="60"', 'percentage="160"', "12.1.1"),
        ('type="2" iso-date="2024-02-01Z"', 'type="2" iso-date="2094-02-01"', "11.1.4"),
        ('<activity-date type="1" iso', '<activity-date type="3" iso-date="2020-01-01"/><activity-date type="1" iso', "11.1.2"),
        ('<sector code="15250"/>', "", "6.2.2"),
        ('<sector code="15250"/>', '<sector code="1"/><sector code="2"/>', "2.1.1"),
        ('<sector code="15250"/>', '<sector code="1" percentage="50"/><sector code="2" percentage="49"/>', "2.1.2"),
        ('<sector code="15250"/>', '<sector code="a" vocabulary="99"/>', "2.2.1"),
        ('<aid-type code="C01"/>', '<sector code="15250"/>', "6.6.2"),
        ('default-currency="EUR"', "", "7.8.1"),
        ('xml:lang="en"', "", "4.1.1"),
        ('end iso-date="2024-12-31"/><value', 'end iso-date="2025-12-31"/><value', "7.5.3"),
        ("XM-OTHER-1", "XM-OTHER", "1.1.3"),
        ("XM-OTHER-1", "OTHER-1", "1.1.1"),
        (' ref="XM-FUND" type="10" crs-channel-code="41114"><narrative>A fund</narrative>', ">", "6.10.1"),
        ('significance="2"', "", "6.14.1"),
        ('<target value="10"/>', "<target/>", "8.9.1"),
        ('<target value="10"/>', '<target value="ten"/>', "8.9.2"),
        ('last-updated-datetime="2024', 'last-updated-datetime="2094', "11.1.1"),
    ],
)
def test_the_standards_rules_find_what_is_wrong(old: str, new: str, rule: str) -> None:
    """One change, and the rule of that number is broken."""
    data = theirs().replace(old.encode(), new.encode())
    assert data != theirs()
    assert rule in {fault.rule for fault in check_iati(data, NOW_US)}
    assert rule not in {fault.rule for fault in check_iati(theirs(), NOW_US)}


def test_now_is_an_argument() -> None:
    """A start that lies in the future today does not tomorrow."""
    data = written(activity())
    assert "11.1.4" in {fault.rule for fault in check_iati(data, TODAY_US)}
    assert "11.1.4" not in {fault.rule for fault in check_iati(data, NOW_US)}
    assert ORG.ref
