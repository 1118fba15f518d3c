"""The nouns of the desk: what a text's language may be, and one order of severity."""

from __future__ import annotations

from typing import get_args

import pytest

from vigie.model.errors import BadReport
from vigie.model.said import read_body
from vigie.model.warning import SEVERITIES, Severity, Wording


@pytest.mark.parametrize("tag", ["en", "sr-Cyrl", "cnr-Latn-ME", "hr", "en-GB"])
def test_a_language_tag_is_taken(tag: str) -> None:
    """As it is written."""
    assert read_body(Wording, {"language": tag, "headline": "x"}).language == tag


@pytest.mark.parametrize("tag", ["not a tag!", "e", "en_GB", "en-", "sr-Cyrl\n", "језик", "abcdefghi"])
def test_what_is_no_language_tag_is_refused_in_one_sentence(tag: str) -> None:
    """Before a message is made of it."""
    with pytest.raises(BadReport, match="language is a BCP 47 tag such as en or sr-Cyrl"):
        read_body(Wording, {"language": tag, "headline": "x"})


@pytest.mark.parametrize("headline", ["Riots\r\nBcc: all", "a\tb", "a\u202eb", "a\u2028b", "a\u2067b"])
def test_a_headline_is_one_line(headline: str) -> None:
    """It stands in subjects, titles and lists."""
    with pytest.raises(BadReport, match="one line"):
        read_body(Wording, {"language": "en", "headline": headline})


def test_a_headline_may_hold_any_script() -> None:
    """All of the region's, and dashes and quotes."""
    words = "Немири у Никшићу – „опасно“, Shkodër, Θεσσαλονίκη"
    assert read_body(Wording, {"language": "sr-Cyrl", "headline": words}).headline == words


def test_every_severity_has_its_place_once() -> None:
    """The gravest first, what is not known last."""
    assert sorted(SEVERITIES) == sorted(get_args(Severity))
    assert (SEVERITIES[0], SEVERITIES[-1]) == ("Extreme", "Unknown")
