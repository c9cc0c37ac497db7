"""The rule versions, as data: name, dates, what each decides, where its words come from, and where the law is silent.

An election package names its rules; a result is judged by the version that was in force, for ever. A new reading of
the law is a new name here, never a change of an old one. Dates are None where they were looked for and not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shailoo.model.base import Frozen
from shailoo.rules.errors import UnknownRule


class RuleVersion(Frozen):
    """What every rule says about itself, in English and for people. `sources` are addresses of public pages."""

    name: str
    version: int
    since: date | None
    until: date | None
    title: str
    decides: str
    citation: str
    silent: str
    """What the law, as far as its text was found, leaves open; the answer there is `undetermined`."""
    sources: tuple[str, ...]


class Part(Frozen):
    """A fraction of the law, such as 5 % or 0.5 %."""

    numerator: Annotated[int, Field(ge=0)]
    denominator: Annotated[int, Field(ge=1)]


class ListRule(RuleVersion):
    """Seats among party lists: thresholds of those who took part, Hare quotient, largest remainder."""

    kind: Literal["lists"] = "lists"
    national: Part
    regional: Part | None
    """Threshold in every one of the contest's `quota_regions`; None where there is no such test."""
    cap: Part | None
    """Largest part of the seats that one list may hold."""
    fewest_lists: int
    """With fewer qualifying lists than this the answer is `undetermined`."""


class VotesRule(RuleVersion):
    """Seats to the candidates with most votes."""

    kind: Literal["votes"] = "votes"
    one_sex_at_most: int | None = None
    """Largest number of one sex among the elected of a district."""
    women_at_least: Part | None = None
    """Part of the seats, rounded up, that goes first to the women with most votes."""
    ties_by_registration: bool = False
    """Of equal candidates the one whom the commission registered first is elected."""


class PresidentRule(RuleVersion):
    """More than half of those who took part, or a second round between the two best."""

    kind: Literal["president"] = "president"


class QuestionRule(RuleVersion):
    """A question of a referendum: enough turnout, and more than half of those who took part for the first answer."""

    kind: Literal["question"] = "question"
    turnout: Part


class AdvisoryRule(RuleVersion):
    """A vote that is counted and decides nothing."""

    kind: Literal["advisory"] = "advisory"


SeatRule = ListRule | VotesRule | PresidentRule | QuestionRule | AdvisoryRule


class OpenListRule(RuleVersion):
    """How the seats of a list go to its candidates."""

    women_first: bool
    """True: the women's part is filled first; False: it is filled last, from the women who are left."""
    women: Part
    unmarked_women_by_list: bool
    """Women without any vote fill their part in the order of the list."""


_ART_64_OF_2015 = "https://www.te.gob.mx/vota_elections/thesaurus/article/22977/16189/149"
_METHOD = "https://24.kg/vlast/167470_vyiboryi-2020_skolko_mest_poluchat_partii_preodolevshie_barer_7protsentov/amp"
_CAP = "https://24.kg/english/215123_Kyrgyzstanis_start_voting_in_parliamentary_elections/"
_MANDATES_2021 = "https://casian.info/kg/politics/vybory-2021-kak-budut-raspredelyat-mandaty-46889.html"
_AGAINST_ALL = "https://for.kg/news-736172-ru.html"
_TIE_2021 = "https://casian.info/kg/politics/cik-predstoit-podgotovit-dva-spiska-izbirateley-44439.html"
_TIE_2022 = "https://24.kg/vlast/220801_povtornyie_vyiboryi_tsik_zaregistrirovala_pervyih_kandidatov"
_LAW_2025 = (
    "https://informburodata.com/novosti/"
    "protivodeistvie-politiceskoi-korrupcii-kyrgyzstan-otkazalsia-ot-partiinoi-sistemy-na-vyborax"
)
_CEC_LAWS = "https://shailoo.gov.kg/ru/konstitucionnye-zakony-kr/konstitucionnye-zakony-kr/"
_LAW_REFERENDUM = f"{_CEC_LAWS}o-referendume-kyrgyzskoj-respubliki/"
_LAW_68 = f"{_CEC_LAWS}O_vyborah_Pr-1913/"
_AGAINST_ALL_WORDS = (
    'Against all (constitutional law No. 68, Art. 37): where "against all" has more votes than the leader, the '
    "election failed and is repeated; with equal votes the leader stands, because equal is not more."
)
_AGAINST_ALL_LOCALLY = (
    'Where "against all" has more votes than the leader, the election failed and is repeated: taken over from '
    "Art. 37 of the constitutional law No. 68, as the words of the local law were not found."
)

_SEAT_RULES: tuple[SeatRule, ...] = (
    ListRule(
        name="kg-jk-2021",
        version=1,
        since=date(2021, 8, 26),
        until=date(2025, 6, 8),
        title="Jogorku Kenesh, 54 seats by open lists",
        decides="Seats of each list in one national district",
        citation=(
            "Constitutional law of 02.07.2011 No. 68 as amended on 26.08.2021 No. 103, Art. 64: lists with less "
            "than 5 % of those who "
            "took part in the country, or less than 0.5 % in any oblast, Bishkek or Osh, are excluded; the votes "
            "of the others "
            "divided by the seats are the quotient; whole parts, then the largest fractional parts; no list may "
            "hold more than half "
            "of the seats. " + _AGAINST_ALL_WORDS
        ),
        silent=(
            "Equal fractional parts; who receives seats above the cap; no list qualifies; a region's share when "
            "sealed small cells "
            "could tip it"
        ),
        sources=(_ART_64_OF_2015, _METHOD, _CAP, _MANDATES_2021, _AGAINST_ALL),
        national=Part(numerator=5, denominator=100),
        regional=Part(numerator=5, denominator=1000),
        cap=Part(numerator=1, denominator=2),
        fewest_lists=1,
    ),
    ListRule(
        name="kg-kenesh-2021",
        version=1,
        since=None,
        until=None,
        title="Town kenesh by party lists",
        decides="Seats of each list in one town",
        citation=(
            "Law on elections of deputies of local keneshes, as reported: seats go to the lists with 7 % or more "
            "of those who took "
            "part, by quotient and largest fractional part; a special rule exists where none or only one list "
            "reaches 7 %. " + _AGAINST_ALL_LOCALLY
        ),
        silent=(
            "The text was not found: equal fractional parts, and what follows when fewer than two lists qualify; "
            "the dates; whether a "
            "later law lowered the threshold to 5 %"
        ),
        sources=(
            "https://tengrinews.kz/sng/kyirgyizstane-nachalis-vyiboryi-deputatov-mestnyih-keneshey-224058/",
            "https://naq.media/vybory-v-mestnyh-keneshah-budut-li-kandidaty-po-odnomandatnym-okrugam",
        ),
        national=Part(numerator=7, denominator=100),
        regional=None,
        cap=None,
        fewest_lists=2,
    ),
    VotesRule(
        name="kg-smd",
        version=1,
        since=date(2021, 8, 26),
        until=date(2025, 6, 8),
        title="Single-mandate district",
        decides="Who is elected in a district with one seat",
        citation=(
            "Constitutional law No. 68 as amended on 26.08.2021: most votes; of candidates with equal votes the "
            "one whom the "
            "commission registered first, as the commission explained in 2021 and 2022. " + _AGAINST_ALL_WORDS
        ),
        silent="Equal votes where the order of registration is not in the package",
        sources=(_AGAINST_ALL, _TIE_2021, _TIE_2022),
        ties_by_registration=True,
    ),
    VotesRule(
        name="kg-jk-2025",
        version=1,
        since=date(2025, 6, 9),
        until=None,
        title="Jogorku Kenesh, 30 districts of three seats",
        decides="Who is elected in a district with three seats, one vote per voter",
        citation=(
            "Constitutional law No. 68 as amended on 09.06.2025: the candidates with most votes, at most two of "
            "the three of one sex. "
            "On 30.11.2025 the third seat of district 22 went to a woman with 2.94 %. " + _AGAINST_ALL_WORDS
        ),
        silent="Equal votes; a candidate whose sex is not recorded; a seat for which nobody of the other sex stands",
        sources=(
            "https://24.kg/vlast/352645",
            _LAW_2025,
        ),
        one_sex_at_most=2,
    ),
    VotesRule(
        name="kg-ayil-kenesh",
        version=1,
        since=None,
        until=None,
        title="Village kenesh, without reserved seats",
        decides="Who is elected in a district with several seats",
        citation="Law on elections of deputies of local keneshes, as reported: the candidates with most votes. "
        + _AGAINST_ALL_LOCALLY,
        silent="Equal votes; the dates; in force until seats were reserved for women in 2022",
        sources=("https://for.kg/news-855407-ru.html",),
    ),
    VotesRule(
        name="kg-ayil-kenesh-2022",
        version=1,
        since=None,
        until=None,
        title="Village kenesh, 30 % of the seats reserved for women",
        decides="Who is elected in a district with several seats",
        citation=(
            "Law on elections of deputies of local keneshes as amended in 2022, as reported: 30 % of the seats "
            "are reserved for women; "
            "otherwise the candidates with most votes. The reserved part is rounded up, as the commission's "
            "figures for 2024 imply "
            "(2,185 of 5,391 seats). " + _AGAINST_ALL_LOCALLY
        ),
        silent="Equal votes; the rounding in the law's own words; fewer women than reserved seats; the dates",
        sources=("https://utrk.kg/ru/news/s/39133", "https://for.kg/news-855407-ru.html"),
        women_at_least=Part(numerator=30, denominator=100),
    ),
    PresidentRule(
        name="kg-president-2021",
        version=1,
        since=None,
        until=None,
        title="President",
        decides="Who is elected, or who goes to the second round",
        citation=(
            "Constitutional law No. 68, chapter on the president, as reported: more than half of the voters who "
            "took part elects in "
            "the first round; otherwise the two best stand in a second round, where most votes elect. "
            + _AGAINST_ALL_WORDS
        ),
        silent="Equal votes for a place in the second round, or in it; one candidate without a majority; the article",
        sources=(_LAW_68, _AGAINST_ALL),
    ),
    QuestionRule(
        name="kg-referendum-2016",
        version=1,
        since=date(2016, 10, 31),
        until=None,
        title="A question of a referendum",
        decides="Whether the question is adopted",
        citation=(
            "Constitutional law of 31.10.2016 No. 173 on the referendum, as the commission explained it: it "
            "takes place when at least "
            "30 % of the voters take part, and adopts when more than half vote for it; half is measured here of "
            "those who took part. "
            "The first answer on the ballot is the one in favour."
        ),
        silent='Turnout of exactly 30 %: one source says "at least", two "more than"; the article was not found',
        sources=(
            _LAW_REFERENDUM,
            "http://kg.kabar.kg/news/shailoochulardyn-kancha-paiyzy-dobush-berse-referendum-tt-dep-taanylat-zhoop/",
            "https://bicis.kg/news/view/519",
        ),
        turnout=Part(numerator=30, denominator=100),
    ),
    AdvisoryRule(
        name="advisory",
        version=1,
        since=None,
        until=None,
        title="An advisory vote",
        decides="Nothing: it is counted and shown",
        citation="No law gives the count an effect; whoever called the vote weighs it.",
        silent="Everything",
        sources=(),
    ),
)

_QUOTA = "https://testadmin.genderquota.org/node/3675"
_LIST_RULES = (
    OpenListRule(
        name="women-30-first",
        version=1,
        since=date(2021, 8, 26),
        until=date(2025, 6, 8),
        title="Open list: first 30 % to women",
        decides="Who of a list is elected",
        citation=(
            "Constitutional law No. 68, Art. 64(4): first of all at least 30 % of the party's seats, rounded up, "
            "go to the women with "
            "most votes, in the order of the list where women have no votes; the rest go to the candidates with "
            "most votes. The "
            "commission amended its own regulation to this reading on the day of the decision (15.12.2021, "
            "resolution 835)."
        ),
        silent="Equal votes; a candidate whose sex is not recorded; fewer women than their part",
        sources=(_QUOTA, _MANDATES_2021, "https://shailoo.gov.kg/ru/news/6047/"),
        women_first=True,
        women=Part(numerator=30, denominator=100),
        unmarked_women_by_list=True,
    ),
    OpenListRule(
        name="top-70-then-women",
        version=1,
        since=None,
        until=date(2021, 12, 14),
        title="Open list: first 70 % to the best placed",
        decides="Who of a list is elected",
        citation=(
            "The reading published before the decision of 15.12.2021: 70 % of the party's seats, rounded down, "
            "go to the candidates "
            "with most votes, the remaining 30 % to the women with most votes among those who are left."
        ),
        silent="Equal votes; a candidate whose sex is not recorded; too few women; the rounding; since when",
        sources=(_CAP,),
        women_first=False,
        women=Part(numerator=30, denominator=100),
        unmarked_women_by_list=False,
    ),
)

RULES: Mapping[str, SeatRule] = {rule.name: rule for rule in _SEAT_RULES}
"""Seat rules by the name that election packages use."""

LIST_RULES: Mapping[str, OpenListRule] = {rule.name: rule for rule in _LIST_RULES}
"""Open-list rules by the name that election packages use."""


def seat_rule(name: str) -> SeatRule:
    """Return the seat rule of a name. Raises UnknownRule with the names there are."""
    found = RULES.get(name)
    if found is None:
        raise _unknown(name, RULES)
    return found


def open_list_rule(name: str) -> OpenListRule:
    """Return the open-list rule of a name. Raises UnknownRule with the names there are."""
    found = LIST_RULES.get(name)
    if found is None:
        raise _unknown(name, LIST_RULES)
    return found


def _unknown(name: str, known: Mapping[str, RuleVersion]) -> UnknownRule:
    sentence = f"There is no rule {name!r}. Name one of these in the election package: {', '.join(sorted(known))}."
    return UnknownRule(sentence, rule=name)
