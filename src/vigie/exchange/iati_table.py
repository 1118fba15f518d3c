"""Tables of IATI 2.03: the order of an activity's elements in the schema, the codes of its lists that stand for our words, defaults of its attributes.

Source: the IATI Activity Standard 2.03, its schema and its code lists (reference.iatistandard.org/203).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vigie.model.activity import PartnerRole, Status

ORDER: Final = (
    *("iati-identifier", "reporting-org", "title", "description", "participating-org", "other-identifier", "activity-status", "activity-date"),
    *("contact-info", "activity-scope", "recipient-country", "recipient-region", "location", "sector", "tag", "country-budget-items"),
    *("humanitarian-scope", "policy-marker", "collaboration-type", "default-flow-type", "default-finance-type", "default-aid-type"),
    *("default-tied-status", "budget", "planned-disbursement", "capital-spend", "transaction", "document-link", "related-activity", "legacy-data"),
    *("conditions", "result", "crs-add", "fss"),
)
"""The elements of an activity as the schema orders them; what is of another namespace follows."""

PLACE_OF: Final[Mapping[str, int]] = {name: number for number, name in enumerate(ORDER)}

STATUS_CODES: Final[Mapping[Status, str]] = {"planned": "1", "running": "2", "finalising": "3", "closed": "4", "withdrawn": "5", "suspended": "6"}
"""Code list ActivityStatus; a withdrawn activity is a cancelled one."""

DATE_CODES: Final[Mapping[str, str]] = {"planned_begin": "1", "begin": "2", "planned_end": "3", "end": "4"}
"""Code list ActivityDateType."""

ROLE_CODES: Final[Mapping[PartnerRole, str]] = {"funder": "1", "accountable": "2", "lead": "3", "implementer": "4", "partner": "4", "host": "4"}
"""Code list OrganisationRole. 3, extending, is who manages budget and direction for the funder: our lead.

IATI has one word for who carries out, brings a part or is the host (4): which of them it is stands in an attribute of our own.
"""

ROLE_OF_CODE: Final[Mapping[str, PartnerRole]] = {"1": "funder", "2": "accountable", "3": "lead", "4": "implementer"}

BUDGET_TYPES: Final = {"original": "1", "revised": "2"}
RESULT_TYPES: Final = {"output": "1", "outcome": "2", "impact": "3", "other": "9"}
MEASURES: Final = {"unit": "1", "percentage": "2", "nominal": "3", "ordinal": "4", "qualitative": "5"}

DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "sector": {"vocabulary": "1"},
    "description": {"type": "1"},
    "budget": {"type": "1", "status": "1"},
    "indicator": {"ascending": "1"},
}
"""What an attribute says where it is left out."""

ISO_COUNTRIES: Final = "A4"
"""Code list GeographicVocabulary: two-letter country codes."""

COMMITTED: Final = "2"
"""Code list BudgetStatus."""

OWN_VOCABULARY: Final = "99"
"""The reporting organisation's own list of sectors; 98 is a second one."""

OWN_VOCABULARIES: Final = ("98", OWN_VOCABULARY)

UNSPECIFIED_SECTOR: Final = "99810"
"""The DAC's code for an activity whose sector nobody has said."""

POINT_SYSTEM: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"

PERSONAL: Final = ("person-name", "telephone", "email", "mailing-address")
"""The elements of contact-info that name a person or lead to one."""

VERSIONS: Final = ("2.01", "2.02", "2.03")
