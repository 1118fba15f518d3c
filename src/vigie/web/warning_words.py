"""What the pages of warnings say in every language: the texts by the name that the templates use."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.model.languages import EXERCISE, said, to_say

_WORDS: Mapping[str, str] = {
    "exercise": EXERCISE,
    "not_real": to_say("Nothing on this page is real."),
    "skip": to_say("Skip to the content"),
    "warnings": to_say("Warnings"),
    "menu": to_say("Menu"),
    "sign_in": to_say("Sign in"),
    "sign_out": to_say("Sign out"),
    "exercise_world": to_say("Exercise"),
    "world": to_say("World"),
    "parts": to_say("Parts of the node"),
    "language": to_say("Language"),
    "view_of": to_say("{audience} view of {party}"),
    "as_of": to_say("as of {moment}"),
    "in_force": to_say("In force"),
    "over": to_say("No longer in force"),
    "none_live": to_say("No warning is in force. That is no promise that nothing will happen."),
    "none_over": to_say("None in the last {days} days."),
    "feeds": to_say("For programs"),
    "feed": to_say("Atom feed of CAP messages"),
    "cap": to_say("CAP 1.2 message"),
    "brief": to_say("Brief of one page"),
    "all_warnings": to_say("All warnings"),
    "issued": to_say("Issued"),
    "issuer": to_say("Issued by"),
    "until": to_say("until"),
    "unreviewed": to_say("No speaker of this language has read this text yet."),
    "reviewed": to_say("Read by a speaker of the language"),
    "other_language": to_say("This text is not written in your language."),
    "interface_unreviewed": to_say("The words of this page in this language have not been read by a speaker yet."),
    "expired_note": to_say("Its time ran out; nobody has said that the thing itself is over."),
    "ended_note": to_say("What it warned of is over."),
    "cancelled_note": to_say("It was called back."),
    "gap": to_say("An earlier message of this chain is missing here."),
    "history": to_say("History of this warning"),
    "answers": to_say("Answers"),
    "no_answers": to_say("No answer may be shown here."),
    "activities": to_say("What is being done"),
    "assessment": to_say("What became of it"),
    "answer_it": to_say("Your answer"),
    "not_public": to_say("not in this view"),
    "owner": to_say("who"),
    "area": to_say("Area"),
    "severity": to_say("Severity"),
    "facts": to_say("In short"),
    "test": to_say("This is a test message."),
    "tests": to_say("Tests of the channel"),
    "alerts": to_say("CAP messages of others"),
    "map": to_say("Map of the area"),
    "no_number": to_say("no number was given"),
    "names": to_say("Notes on names"),
    "sources": to_say("Sources of the map and the names"),
    "sources_reports": to_say("Sources of the reports"),
    "i_read": to_say("I have read this"),
    "i_accept": to_say("Accept"),
    "i_contest": to_say("Contest"),
    "i_act": to_say("Say what we do"),
    "i_refrain": to_say("Say why we do nothing"),
    "why_contest": to_say("Your counter-argument"),
    "what_action": to_say("What is being done"),
    "why_none": to_say("The reason"),
    "open_answer": to_say("Everybody may read this answer"),
    "new_activity": to_say("Answer by an activity: a project, a training, an agreement"),
    "own_desk": to_say("Handle this warning at the desk"),
    "days_left": to_say("Time left"),
    "colon": to_say(":"),
}
"""English texts; `words` gives them in another language."""


def words(language: str) -> dict[str, str]:
    """Every text by its name, in this language or else in English; those with `{}` are to be filled in."""
    return {name: said(language, text) for name, text in _WORDS.items()}
