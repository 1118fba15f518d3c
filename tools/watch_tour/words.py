"""What the people of the tour write. All of it is made up."""

from __future__ import annotations

ENGLISH = {
    "headline": "Pljevlja: blockades may turn into violence within two weeks",
    "what": "The blockades of roads and of the railway, with riots in the town, may turn into organised violence.",
    "where": "The municipality of Pljevlja: the town, the road to the mine and the road to the border.",
    "when": "In the next two weeks, most likely after dark around the council's session.",
    "changed": "First issue.",
    "alternative": "The hauliers end the blockade by themselves once tariffs are settled, and the riots were the work of a few.",
    "mind": "Two days without a blockade, or a signed agreement of hauliers and council.",
    "instruction": "Keep away from the roads to the mine and to the border after dark.",
}
"""The English text; why it fired stands there already."""

FRENCH = {
    "headline": "Pljevlja : les blocages pourraient tourner à la violence d'ici deux semaines",
    "what": "Les blocages des routes et de la voie ferrée, accompagnés d'émeutes en ville, pourraient tourner à la violence organisée.",
    "where": "La commune de Pljevlja : la ville, la route de la mine et celle de la frontière.",
    "when": "Au cours des deux prochaines semaines, surtout à la nuit tombée autour de la session du conseil.",
    "why": "Cinq blocages et quatre émeutes en trente jours, bien plus que d'habitude en cette saison.",
    "changed": "Première diffusion.",
    "alternative": "Les transporteurs lèvent eux-mêmes le blocage une fois les tarifs réglés ; les émeutes n'étaient le fait que de quelques-uns.",
    "mind": "Deux jours sans blocage, ou un accord signé entre les transporteurs et le conseil.",
    "instruction": "Évitez la route de la mine et celle de la frontière après la tombée de la nuit.",
}

NUMBERS = {
    "low": "25",
    "high": "40",
    "confidence_why": "Agencies agree on every event, but all of them rest on the same few witnesses in the town; the rule's record is short.",
}

OPTIONS = {
    "option_1": "Offer mediation between hauliers and council before the session.",
    "owner_1": "ME-CRISIS",
    "option_2": "Agree on one lane that stays open for ambulances and fuel.",
    "owner_2": "ME-CRISIS and RS-CRISIS",
}

COUNTER = "Our observers saw both roads to the border open this morning, and the hauliers have called a truce of ten days."
"""The counter-argument, written for the recipients alone."""

ACTIVITY = {
    "title_1": "Mediation between the hauliers and the council of Pljevlja",
    "text_1": "Two mediators, daily meetings, one lane kept open meanwhile.",
    "partners": "Mediation service (made up)",
}

PROJECT = {
    "title_1": "Round tables in mining towns, and mediators trained on both sides of the border",
    "text_1": "Councils, hauliers and police of the mining towns meet each month; twenty mediators are trained, so that a dispute ends at a table.",
    "partners": "Regional Cooperation Council; accountable; BA\nOSCE; partner\nUniversity of the North (made up); implementer; ME",
    "countries": "ME 60\nRS 40",
    "areas": "ME-14",
    "mechanism": "project",
    "results": "Disputes that ended at a table; 1; 12",
}
"""The desk's project; its countries with their shares, its unit by its code."""
