"""Three counts side by side, and what acts leave of them: an oracle, reversals, and 28 November 2021."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.layers import LayerSum
from builder.night import Night
from builder.publish import Publisher
from rehearsal.manual import exclusions, keyed, protocol_lines, protocols
from rehearsal.played import PlayedCount
from shailoo.model.election import Contest, Election
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.model.record import (
    Act,
    ExcludeContest,
    ExcludeOption,
    ExcludeOutside,
    ExcludeStation,
    Record,
    ReleaseProtocol,
    ReverseAct,
    record_bytes,
    record_key,
)
from tests.builder.scene import Scene, election, published, scene, settle, tree
from tests.builder.test_publisher import act

SMALL = election("small")
PR = SMALL.contest_by_id["pr"]
STATIONS = [station.no for station in SMALL.stations]
COUNTRY = ("country", "")


def enter(where: Scene, *records: Record) -> None:
    """Records enter the feed."""
    for record in records:
        where.store.append(record_key(record), record_bytes(record))


def night_of(found: Election, *records: Record) -> Night:
    """The state after these records, with the gate's own counting beside it."""
    night = Night(found)
    for seq, record in enumerate(records, 1):
        night.receive(seq, record)
    night.absorb(len(records))
    return night


# --- 28 November 2021 ---


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Every box, every sheet twice keyed, and the act that leaves 20 stations out."""
    where = scene(tmp_path_factory.mktemp("counts"), "jk-2021-11-28")
    excluded = exclusions(where.election, where.played)
    assert excluded is not None
    return night_of(where.election, *where.records, *protocols(where.election, where.played), excluded)


def test_the_hand_finds_3926_valid_ballots_that_the_boxes_did_not(whole_night: Night) -> None:
    """shailoo.gov.kg, news 6012: invalid ballots fell by 3,926 and the votes of the lists grew by as many."""
    hand = whole_night.state.hand
    contest = whole_night.election.contest_by_id["pr"]
    boxes = whole_night.verdicts["pr"].total
    by_hand = hand.manual.country(contest, complete=hand.complete("pr"))
    assert hand.complete("pr")
    assert sum(by_hand.votes) - sum(boxes.votes) == 3926
    assert by_hand.invalid - boxes.invalid == -3926
    assert by_hand.ballots == boxes.ballots == 1_293_947


def test_without_20_stations_the_final_count_is_the_published_one(whole_night: Night) -> None:
    hand = whole_night.state.hand
    contest = whole_night.election.contest_by_id["pr"]
    final = hand.final.country(contest, complete=hand.complete_finally("pr"))
    published_votes = [222_005, 174_470, 141_009, 106_955, 90_223, 79_025]
    assert (final.ballots, final.stations) == (1_281_622, 2_474)
    assert sorted(final.votes, reverse=True)[:6] == published_votes


def test_seats_are_the_same_in_all_three_layers(whole_night: Night) -> None:
    view = whole_night.plan.counts.layers(
        whole_night.state, whole_night.election.contest_by_id["pr"], whole_night.verdicts
    )
    for layer in (0, 1, 2):
        seats = sorted((row.seats[layer] or 0 for row in view.rows), reverse=True)
        assert seats[:7] == [15, 12, 9, 7, 6, 5, 0]
    assert view.complete == (True, True, True)


def test_each_turnout_belongs_to_its_own_base(whole_night: Night) -> None:
    """1,293,947 and 1,281,622 of 3,703,420 are 34.94 % and 34.61 %; one release gave the first for the second."""
    from builder.render.pages import Pages  # noqa: PLC0415 -- the templates are only needed here

    page = Pages("en").main(whole_night.view("counts"))
    for layer, said in (("boxes", "34.94"), ("hand", "34.94"), ("final", "34.61")):
        assert f'data-figure="turnout:pr.{layer}.share">{said}' in page


# --- against an oracle ---


@dataclass
class Oracle:
    """The same election told as plainly as can be: every layer summed anew from all that happened."""

    agreed: dict[str, PlayedCount] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    def holds(self, number: str) -> bool:
        """Whether an act holds: no later act that holds reverses it."""
        at = [one.number for one in self.acts].index(number)
        return not any(
            isinstance(m, ReverseAct) and m.number == number and self.holds(later.number)
            for later in self.acts[at + 1 :]
            for m in later.measures
        )

    def final(self) -> tuple[int, int, list[int], int]:
        """Ballots, invalid, votes, votes for nobody."""
        force = [m for one in self.acts if self.holds(one.number) for m in one.measures]
        ballots = invalid = nobody = 0
        votes = [0] * len(PR.options)
        if any(isinstance(m, ExcludeContest) for m in force):
            return 0, 0, votes, 0
        options = {m.no for m in force if isinstance(m, ExcludeOption)}
        for station, count in self.agreed.items():
            if any(isinstance(m, ExcludeStation) and m.station == station for m in force):
                continue
            own, bad, all_votes = list(count.votes), count.invalid, count.ballots
            for m in force:
                if isinstance(m, ExcludeOutside) and m.station == station:
                    own = [a - b for a, b in zip(own, m.votes, strict=True)]
                    bad -= m.invalid
                    all_votes -= m.invalid + sum(m.votes)
            if min(*own, bad, all_votes) < 0:
                continue
            for at, option in enumerate(PR.options):
                if option.no in options:
                    nobody += own[at]
                else:
                    votes[at] += own[at]
            ballots += all_votes
            invalid += bad
        return ballots, invalid, votes, nobody


def lines_of(station: str, count: PlayedCount, contest: Contest = PR) -> tuple[LineFigure, ...]:
    """A protocol over a count."""
    return protocol_lines(SMALL, SMALL.station_by_no[station], contest, count)


def count_of(*votes: int, invalid: int = 0) -> PlayedCount:
    """A count of the list contest."""
    return PlayedCount("pr", sum(votes) + invalid, invalid, votes)


def told(total: LayerSum) -> tuple[int, int, list[int], int]:
    """A sum as the oracle tells it."""
    return total.ballots, total.invalid, total.votes, total.nobody


counts = st.builds(
    lambda votes, invalid: count_of(*votes, invalid=invalid),
    st.lists(st.integers(5, 40), min_size=len(PR.options), max_size=len(PR.options)),
    st.integers(0, 9),
)
measures = st.one_of(
    st.builds(ExcludeStation, station=st.sampled_from(STATIONS)),
    st.builds(ExcludeOption, contest=st.just("pr"), no=st.sampled_from([one.no for one in PR.options])),
    st.builds(ExcludeContest, contest=st.just("pr")),
    st.builds(
        ExcludeOutside,
        station=st.sampled_from(STATIONS),
        contest=st.just("pr"),
        invalid=st.integers(0, 3),
        votes=st.tuples(*(st.integers(0, 7) for _ in PR.options)),
    ),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("keyed"), st.sampled_from(STATIONS), counts, st.booleans()),
        st.tuples(st.just("act"), measures),
        st.tuples(st.just("reverse"), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=14,
)


def played_out(taken: list[tuple[object, ...]]) -> tuple[list[Record], Oracle]:
    """Steps as records, and the oracle after them."""
    records: list[Record] = []
    oracle = Oracle()
    versions: dict[str, int] = {}
    moment = SMALL.evening_of
    for at, step in enumerate(taken):
        moment += timedelta(minutes=5)
        match step:
            case ("keyed", str() as station, PlayedCount() as count, bool() as second):
                version = versions[station] = versions.get(station, 0) + 1
                correction = "the paper was read again" if version > 1 else None
                both = keyed(
                    SMALL, station, "pr", lines_of(station, count), moment, version=version, correction=correction
                )
                records += both if second else both[:1]
                if second:
                    oracle.agreed[station] = count
            case ("act", measure):
                records.append(numbered(at, measure))
                oracle.acts.append(numbered(at, measure))
            case ("reverse", int() as which) if oracle.acts:
                earlier = oracle.acts[which % len(oracle.acts)]
                reversal = numbered(at, ReverseAct(number=earlier.number))
                records.append(reversal)
                oracle.acts.append(reversal)
            case _:
                pass
    return records, oracle


def numbered(at: int, measure: object) -> Act:
    """An act with one measure."""
    return Act.model_validate(
        {
            "election": "small", "number": f"n{at}", "day": SMALL.day, "body": "cec", "reason": "rehearsal of an act",
            "entered": SMALL.evening_of + timedelta(days=1, minutes=at), "measures": (measure,),
        }
    )  # fmt: skip


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_every_layer_is_what_an_oracle_and_the_gate_say(taken: list[tuple[object, ...]]) -> None:
    records, oracle = played_out(taken)
    night = night_of(SMALL, *records)
    hand, gate = night.state.hand, night.facts.layers
    agreed = list(oracle.agreed.values())
    assert told(hand.manual.of(COUNTRY, "pr")) == (
        sum(one.ballots for one in agreed),
        sum(one.invalid for one in agreed),
        [sum(column) for column in zip(*(one.votes for one in agreed), strict=True)] or [0] * len(PR.options),
        0,
    )
    assert told(hand.final.of(COUNTRY, "pr")) == oracle.final()
    for layer, ours in (("hand", hand.manual), ("final", hand.final)):
        for scope in (COUNTRY, *(("region", one.id) for one in SMALL.regions)):
            theirs = gate.of(layer, *scope, PR)
            known = ours.of(scope, "pr")
            assert (*told(known), known.stations) == (
                theirs.ballots, theirs.invalid, theirs.votes, theirs.nobody, theirs.stations
            )  # fmt: skip


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(steps, measures)
def test_an_annulment_reversed_gives_back_exactly_the_earlier_figures(
    taken: list[tuple[object, ...]], measure: object
) -> None:
    records, _ = played_out(taken)
    before = night_of(SMALL, *records).state.hand
    after = night_of(SMALL, *records, numbered(900, measure), numbered(901, ReverseAct(number="n900"))).state.hand
    assert after.final.cells == before.final.cells
    for key in {*after.final.sums, *before.final.sums}:
        assert after.final.of(*key) == before.final.of(*key)
    again = night_of(
        SMALL, *records, numbered(900, measure), numbered(901, ReverseAct(number="n900")),
        numbered(902, ReverseAct(number="n901")),
    ).state.hand  # fmt: skip
    assert again.final.cells == night_of(SMALL, *records, numbered(900, measure)).state.hand.final.cells


# --- papers ---


def test_two_keyings_that_differ_are_in_no_total_until_a_third_decides() -> None:
    first, second = keyed(SMALL, "1001", "pr", lines_of("1001", count_of(9, 9, 9, 9, 9)), SMALL.evening_of)
    other = second.model_copy(update={"lines": lines_of("1001", count_of(8, 10, 9, 9, 9))})
    third = second.model_copy(update={"keying": 3, "person": "f" * 64})
    hand = night_of(SMALL, first, other).state.hand
    assert hand.sheet("1001", "pr").state == "differs"
    assert hand.cell("1001", "pr") is None
    hand = night_of(SMALL, first, other, third).state.hand
    assert hand.sheet("1001", "pr").state == "agreed"
    assert hand.manual.of(COUNTRY, "pr").votes == [9, 9, 9, 9, 9]


def test_a_protocol_whose_equation_does_not_hold_waits_for_an_act() -> None:
    lines = list(lines_of("1001", count_of(9, 9, 9, 9, 9)))
    valid = next(at for at, line in enumerate(lines) if line.line == "L9")
    lines[valid] = LineFigure(line="L9", figures=(44,))
    sheets = keyed(SMALL, "1001", "pr", lines, SMALL.evening_of)
    night = night_of(SMALL, *sheets)
    assert night.state.hand.sheet("1001", "pr").state == "held"
    assert night.state.hand.cell("1001", "pr") is None
    released = numbered(1, ReleaseProtocol(station="1001", sheet="pr"))
    hand = night_of(SMALL, *sheets, released).state.hand
    assert hand.cell("1001", "pr") is not None
    hand = night_of(SMALL, *sheets, released, numbered(2, ReverseAct(number="n1"))).state.hand
    assert hand.cell("1001", "pr") is None


def test_an_act_that_takes_out_more_than_there_is_leaves_the_station_out() -> None:
    sheets = keyed(SMALL, "1001", "pr", lines_of("1001", count_of(9, 9, 9, 9, 9)), SMALL.evening_of)
    outside = ExcludeOutside(station="1001", contest="pr", invalid=0, votes=(10, 0, 0, 0, 0))
    hand = night_of(SMALL, *sheets, numbered(1, outside)).state.hand
    assert ("1001", "pr") in hand.misfits
    assert hand.final.of(COUNTRY, "pr").stations == 0
    assert hand.manual.of(COUNTRY, "pr").stations == 1


# --- what is published ---


@pytest.fixture
def evening(tmp_path: Path) -> tuple[Scene, Publisher]:
    """The small election with every box in and published."""
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    return where, publisher


def by_station(where: Scene) -> list[ProtocolKeyed]:
    """Every keying of the played count by hand."""
    return list(protocols(where.election, where.played))


def test_pages_made_step_by_step_are_those_of_a_rebuild(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    sheets = by_station(where)
    for at in range(0, len(sheets), 7):
        enter(where, *sheets[at : at + 7])
        settle(publisher)
    out = ExcludeStation(station=where.election.stations[0].no).model_dump()
    enter(where, act(where, "61", out))
    settle(publisher)
    whole = tree(where.public)
    enter(where, act(where, "62", ReverseAct(number="61").model_dump()))
    settle(publisher)
    stepwise = tree(where.public)
    assert stepwise != whole
    where.publisher().build()
    assert tree(where.public) == stepwise


def test_a_box_that_comes_after_the_protocol_is_compared_at_once(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    enter(where, *by_station(where))
    settle(publisher)
    assert published(where.public, "small", "counts")["counts"][0]["stations_with_both"] == 0
    where.send(*where.records)
    settle(publisher)
    count = published(where.public, "small", "counts")["counts"][0]
    assert count["stations_with_both"] == count["stations"] == len(where.election.stations)
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before


def test_nothing_is_compared_before_two_people_agree(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    assert not (where.public / "results/data/small/counts.json").exists()
    page = (where.public / "results/en/small/counts/index.html").read_text()
    assert "No protocol of a count by hand has been entered yet." in page
    assert "counts/" not in (where.public / "results/en/small/index.html").read_text().split("<main")[1]
    enter(where, *by_station(where)[:4])
    settle(publisher)
    assert (where.public / "results/data/small/counts.json").exists()
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before, "every region's page says so too, not only that of the first station"
    assert "/counts/" in (where.public / "results/en/small/index.html").read_text()


def test_an_act_on_a_whole_contest_reaches_the_page_of_its_district(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    enter(where, *by_station(where))
    settle(publisher)
    measures = (ExcludeOption(contest="smd-1", no=1), ExcludeContest(contest="smd-2"), ReverseAct(number="81"))
    for number, measure in enumerate(measures, 81):
        enter(where, act(where, str(number), measure.model_dump()))
        settle(publisher)
        before = tree(where.public)
        where.publisher().build()
        assert tree(where.public) == before


def test_the_station_says_which_act_takes_it_out(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    station = where.election.stations[0].no
    enter(where, *by_station(where), act(where, "71", ExcludeStation(station=station).model_dump()))
    settle(publisher)
    page = (where.public / f"results/en/small/station/{station}/index.html").read_text()
    assert 'data-row="71:"' in page
    assert "takes votes of this station out of the final count" in page
    acts = published(where.public, "small", "counts")["acts"]
    assert [(one["number"], one["excludes"][0]["station"], one["reversed_by"]) for one in acts] == [
        ("71", station, None)
    ]
