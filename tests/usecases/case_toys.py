"""Two toy kinds that use what the voter's kinds do not: no station, transfer, hours, working days, clocks of acts."""

from __future__ import annotations

from typing import Annotated, Literal

from shailoo.model.case_kind import (
    ActRule,
    Asked,
    AtOnce,
    CaseForm,
    CaseKind,
    ClockRule,
    Days,
    DocumentRule,
    Hours,
    Phase,
    Shown,
    Status,
    Text,
)
from shailoo.rules.case_kinds import check_kind


class Grievance(CaseForm):
    """What is complained of."""

    about: Annotated[
        Literal["list", "count"],
        Asked("About what?", widget="choice", choices={"list": "A list", "count": "A count"},
              shown=Shown.ALWAYS, source="a choice of words"),
    ]  # fmt: skip
    words: Annotated[Text, Asked("What happened?", widget="lines")]


class Decision(CaseForm):
    """A decision with a number that is told and a note that is not."""

    number: Annotated[Literal["1", "2", "3"], Asked("Number", shown=Shown.ALWAYS, source="art. 9")]
    note: Annotated[Text | None, Asked("Note for the file", widget="lines")] = None


class Words(CaseForm):
    """An answer."""

    words: Annotated[Text, Asked("Words", widget="lines")]


GRIEVANCE = check_kind(
    CaseKind(
        name="grievance", version=1, title="A grievance", purpose="Complain.", article="art. 7", portal="results",
        form=Grievance, first="lodged", filed_to="central", needs_station=False, signed_in=False, register=True,
        opened_by_calendar=False, transfer=("central",),
        statuses=(
            Status("lodged", "Lodged", Phase.OPEN), Status("accepted", "Accepted", Phase.OPEN),
            Status("awaited", "Papers awaited", Phase.WAITING), Status("upheld", "Upheld", Phase.CLOSED),
            Status("refused", "Refused", Phase.CLOSED), Status("taken-back", "Taken back", Phase.CLOSED),
        ),
        acts=(
            ActRule("accept", "Accept", frozenset({"lodged"}), "accepted", body=True, told=True),
            ActRule("leave", "Leave without review", frozenset({"lodged"}), "refused", body=True, reason=True),
            ActRule("await", "Ask for papers", frozenset({"accepted"}), "awaited", body=True, reason=True),
            ActRule("bring", "Bring papers", frozenset({"awaited"}), "accepted", applicant=True, form=Words,
                    documents=(DocumentRule("paper", "Paper", most=2),)),
            ActRule("go-on", "Go on without", frozenset({"awaited"}), "accepted", body=True),
            ActRule("note", "Announce a hearing", frozenset({"accepted"}), None, body=True, form=Words),
            ActRule("uphold", "Uphold", frozenset({"accepted"}), "upheld", body=True, form=Decision, four_eyes=True,
                    told=True),
            ActRule("refuse", "Refuse", frozenset({"accepted"}), "refused", body=True, form=Decision, four_eyes=True,
                    reason=True, told=True),
            ActRule("take-back", "Take back", frozenset({"lodged", "accepted", "awaited"}), "taken-back",
                    applicant=True),
            ActRule("again", "Review again", frozenset({"upheld", "refused"}), "accepted", ("central",), reason=True),
        ),
        clocks=(
            ClockRule("decide", "Decision", Days(3), "art. 8", pauses=frozenset({"awaited"}), on_election_day=AtOnce(),
                      stops=frozenset({"upheld", "refused", "taken-back"})),
            ClockRule("hear", "Hearing", Hours(48), "art. 9", starts=frozenset({"accept", "again"}),
                      pauses=frozenset({"awaited"}), on_election_day=Hours(3),
                      stops=frozenset({"upheld", "refused", "taken-back"})),
            ClockRule("publish", "Publication", Days(2, working=True), "art. 10",
                      starts=frozenset({"accept", "again"}), pauses=frozenset({"awaited"}),
                      stops=frozenset({"upheld", "refused", "taken-back"}), never_after="results-day"),
        ),
        documents=(DocumentRule("paper", "Paper", most=2),),
    )
)  # fmt: skip
"""A complaint to a commission, which may hand it to another."""
