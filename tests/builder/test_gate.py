"""The gate against failures that really happened (the founding study's public inconsistencies) and against mutants."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from builder.data_files import files
from builder.gate.check import PageCheck
from builder.gate.check_data import check_data
from builder.gate.disagreement import PageDisagrees
from builder.gate.readback import Unreadable, _cells
from builder.publish import Publisher
from builder.render.pages import Pages
from builder.samples import log
from rehearsal.manual import protocols
from shailoo.model.base import LANGUAGES
from shailoo.model.record import ExcludeOption, ExcludeStation, record_bytes, record_key
from tests.builder.scene import Scene, scene
from tests.builder.test_publisher import act

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "overview",
    "region/chuy",
    "tec/{tec}",
    "station/{station}",
    "district/{district}",
    "option/pr/1",
    "turnout",
    "map",
    "counts",
    "counts/chuy",
    "counts/district/{district}",
)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Publisher]:
    """The small election with every box in."""
    where = scene(tmp_path_factory.mktemp("gate"), "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    for record in protocols(where.election, where.played):
        where.store.append(record_key(record), record_bytes(record))
    taken = ExcludeOption(contest="pr", no=2).model_dump()
    out = ExcludeStation(station=where.election.stations[1].no).model_dump()
    for number, measure in (("51", taken), ("52", out)):
        decision = act(where, number, measure)
        where.store.append(record_key(decision), record_bytes(decision))
    publisher.step()
    publisher.wait_for_child()
    return where, publisher


def names(where: Scene) -> list[str]:
    """One page of each kind."""
    station = where.election.stations[0]
    values = {"tec": station.tec, "station": station.no, "district": station.district}
    regions = [f"region/{station.region}", f"counts/{station.region}"]
    return [page.format(**values) for page in PAGES if "chuy" not in page] + regions


def check(publisher: Publisher, body: str) -> None:
    """The gate's word on one page in Kyrgyz."""
    facts = {name: night.facts for name, night in publisher.nights.items()}
    PageCheck(facts).check(body, "ky/test", "ky")


def body(publisher: Publisher, page: str) -> str:
    """A page as the publisher draws it."""
    return publisher.site.body("ky", publisher.nights["small"].view(page))


def refused(publisher: Publisher, text: str) -> str:
    """The gate's sentence about a page that it must not let through."""
    with pytest.raises(PageDisagrees) as caught:
        check(publisher, text)
    return str(caught.value)


def stopped(publisher: Publisher, text: str) -> bool:
    """Whether the gate stops a page."""
    try:
        check(publisher, text)
    except PageDisagrees:
        return True
    return False


def first_row(text: str) -> str:
    """The first option's row of the overview's contest table."""
    found = re.search(r'<tr[^>]*><th scope="row" data-row="1".*?</tr>', text, re.DOTALL)
    assert found is not None
    return found[0]


def test_every_page_passes_as_it_is(counted: tuple[Scene, Publisher]) -> None:
    where, publisher = counted
    for page in names(where):
        check(publisher, body(publisher, page))


def test_a_fault_in_one_language_is_found_though_the_page_was_right_in_another(
    counted: tuple[Scene, Publisher],
) -> None:
    """The gate remembers from one language to the next what was right: it must not take the next at its word."""
    where, publisher = counted
    gate = PageCheck({name: night.facts for name, night in publisher.nights.items()})
    for page in names(where):
        view = publisher.nights["small"].view(page)
        right = {language: publisher.site.body(language, view) for language in LANGUAGES}
        gate.check(right["ky"], "ky/test", "ky")
        for language in ("ru", "en"):
            for spoilt in one_fault_each(right[language]):
                with pytest.raises(PageDisagrees):
                    gate.check(spoilt, f"{language}/{page}", language)
            gate.check(right[language], f"{language}/{page}", language)


def one_fault_each(text: str) -> Iterator[str]:
    """A page with a digit more in one cell, without one table, without one figure that must stand on it."""
    cells = [found.start(1) for found in re.finditer(r"<td(?: [^>]*)?>([0-9])", text) if "data-text" not in found[0]]
    for at in cells[:: max(1, len(cells) // 12)]:
        yield f"{text[:at]}9{text[at:]}"
    for table in re.findall(r'<table [^>]*data-table="contest:.*?</table>', text, re.DOTALL):
        yield text.replace(table, "")
    for figure in ("voters", "participants"):
        if f'data-figure="{figure}"' in text:
            yield text.replace(f'data-figure="{figure}"', "data-text")


def test_text_between_the_cells_of_a_row_is_not_passed_over() -> None:
    for row in ("<td>1</td>9<td>2</td>", "9<td>1</td><td>2</td>", "<td>1</td><td>2</td>9", "<td>1<td>2</td></td>"):
        with pytest.raises(Unreadable):
            _cells(row)
    assert _cells("<td>1</td><td data-x>\u202f2 </td>") == ("1", "2")


def test_the_page_of_the_log_counts_no_votes(counted: tuple[Scene, Publisher]) -> None:
    _, publisher = counted
    page = publisher.site.body("ky", log())
    check(publisher, page)
    section = re.search(r'<table [^>]*data-table="contest:.*?</table>', body(publisher, "overview"), re.DOTALL)
    assert section is not None
    for more in (section[0], '<p data-figure="voters">900</p>', '<a href="/results/data/small/document/x.pdf">x</a>'):
        assert stopped(publisher, page.replace("</section>", f"{more}</section>", 1)), more


# --- the real failures ---


def test_i1_shares_that_sum_to_more_than_the_whole_are_stopped(counted: tuple[Scene, Publisher]) -> None:
    """I1: the monitor of 28.11.2021 showed shares that summed to 161 %."""
    _, publisher = counted
    text = body(publisher, "overview")
    row = first_row(text)
    shares = re.findall(r"<td>([0-9]+,[0-9]{2})\u202f%</td>", row)
    assert shares
    more = f"{int(shares[0].replace(',', '')) * 161 // 100 / 100:.2f}".replace(".", ",")
    assert "differs" in refused(publisher, text.replace(row, row.replace(shares[0], more)))


def test_i2_a_total_is_never_added_to_its_own_parts(counted: tuple[Scene, Publisher]) -> None:
    """I2: "valid ballots" and "votes for candidates" were added, the same quantity twice."""
    where, publisher = counted
    total = publisher.nights["small"].facts.recount.of("country", "", "pr")
    text = body(publisher, "overview")
    doubled = format(total.ballots + sum(total.votes), ",").replace(",", "\u202f")
    shown = format(total.ballots, ",").replace(",", "\u202f")
    row = re.search(r'<tr class="sum"><th scope="row" data-row="ballots".*?</tr>', text, re.DOTALL)
    assert row is not None
    assert "differs" in refused(publisher, text.replace(row[0], row[0].replace(shown, doubled)))
    del where


def test_i3_two_positions_that_must_not_be_added_are_noticed(counted: tuple[Scene, Publisher]) -> None:
    """I3: a formula in one table added two positions; the table beside it was right."""
    _, publisher = counted
    total = publisher.nights["small"].facts.recount.of("country", "", "pr")
    text = body(publisher, "overview")
    row = first_row(text)
    votes = format(total.votes[0], ",").replace(",", "\u202f")
    both = format(total.votes[0] + total.votes[1], ",").replace(",", "\u202f")
    assert "differs" in refused(publisher, text.replace(row, row.replace(f"<td>{votes}</td>", f"<td>{both}</td>")))


def test_i4_and_i11_the_same_count_is_the_same_in_every_view(counted: tuple[Scene, Publisher]) -> None:
    """I4: totals of districts and turnout differed by 2,000; I11: 2,494 or 2,495 stations."""
    where, publisher = counted
    for page in ("overview", f"station/{where.election.stations[0].no}"):
        text = body(publisher, page)
        found = re.search(r'data-figure="(participants|expected)">([0-9\u202f]+)', text)
        assert found is not None
        one_more = str(int(found[2].replace("\u202f", "")) + 1)
        assert "differs" in refused(publisher, text.replace(found[0], f'data-figure="{found[1]}">{one_more}'))


def test_i5_and_i10_a_share_belongs_to_the_figures_beside_it(counted: tuple[Scene, Publisher]) -> None:
    """I5: 1,281,622 voters were called 34.94 %, which is the share of 1,293,947."""
    _, publisher = counted
    text = body(publisher, "overview")
    found = re.search(r'data-figure="participants.share"[^>]*>([0-9]+,[0-9]{2})', text)
    assert found is not None
    other = found[0].replace(found[1], "34,94")
    assert "participants.share" in refused(publisher, text.replace(found[0], other))


def test_i7_a_share_is_recomputed_and_not_believed(counted: tuple[Scene, Publisher]) -> None:
    """I7: 80,279 of 1,990,753 was printed as 4.3 %; it is 4.03 %."""
    _, publisher = counted
    text = body(publisher, "overview")
    row = first_row(text)
    share = re.search(r"<td>([0-9]+,[0-9]{2})\u202f%</td>", row)
    assert share is not None
    assert "differs" in refused(publisher, text.replace(row, row.replace(share[1], "99,99")))


def test_i17_what_adds_up_passes() -> None:
    """I17: 916 + 2,900 + 2,000 = 5,816 ballot boxes bought."""
    from shailoo.rules.arithmetic import check_total  # noqa: PLC0415 -- the only use of the rule in this file

    assert check_total("boxes", 5816, (916, 2900, 2000)) is None
    assert check_total("boxes", 5817, (916, 2900, 2000)) is not None


# --- single faults ---


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r'(<tr[^>]*><th scope="row" data-row="1".*?</tr>)', r"\1\1"),
        (r'<tr[^>]*><th scope="row" data-row="2".*?</tr>', ""),
        (r'(data-figure="voters">)([0-9])', r"\g<1>9\2"),
        (r'(<th scope="col" data-col="share">)[^<]*', r"\1Добуштар"),
        (r'<rect width="[0-9.]+%"', '<rect width="99.99%"'),
        (r"</h1>", "</h1><p>2 494</p>"),
        (r'data-table="coverage"', 'data-table="contest:pr"'),
        (r'<li data-row="1" class="[^"]*">(.*?)<b>[0-9]+</b>', r'<li data-row="1">\1<b>9</b>'),
    ],
)
def test_a_single_fault_on_the_overview_is_found(
    counted: tuple[Scene, Publisher], pattern: str, replacement: str
) -> None:
    _, publisher = counted
    text = body(publisher, "overview")
    changed = re.sub(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert changed != text, "the fault was not made"
    refused(publisher, changed)


def test_a_region_of_the_map_has_the_colour_of_its_own_turnout(tmp_path: Path) -> None:
    where = scene(tmp_path, "jk-2021-11-28")
    publisher = where.publisher()
    night = publisher.nights["jk-2021-11-28"]
    for seq, record in enumerate(where.records[::40], 1):
        night.receive(seq, record)
    night.absorb(len(where.records))
    text = publisher.site.body("ky", night.view("overview"))
    check(publisher, text)
    colours = re.findall(r'<path data-row="[a-z-]+" class="(c[0-4n])', text)
    assert len(set(colours)) > 1
    for colour in sorted(set(colours)):
        other = "c0" if colour != "c0" else "c4"
        refused(publisher, text.replace(f'class="{colour}" d=', f'class="{other}" d=', 1))


def test_a_changed_figure_in_a_data_file_is_found(counted: tuple[Scene, Publisher]) -> None:
    _, publisher = counted
    night = publisher.nights["small"]
    for path, data in files(night.view("overview")):
        votes = str(night.facts.recount.of("country", "", "pr").votes[0]).encode()
        changed = (
            data.replace(b": " + votes, b": 999999") if path.endswith("json") else data.replace(votes + b",", b"7,", 1)
        )
        assert changed != data
        with pytest.raises(PageDisagrees):
            check_data(night.facts, [(path, changed)])


@pytest.mark.parametrize(
    ("page", "suffix", "old", "new"),
    [
        ("station/1001", "json", '"figures": [161, 111, 80, 23]', '"figures": [160, 112, 80, 23]'),
        ("station/1001", "json", '"state": "counts"', '"state": "held"'),
        ("station/1900", "json", '"votes_hidden": true', '"votes_hidden": false'),
        ("counts", "json", '"every_station": true', '"every_station": false'),
        ("counts", "json", '"seats": 0', '"seats": 1'),
        ("counts", "json", '"reversed_by": null', '"reversed_by": "7"'),
        ("counts", "json", '"reversed_by": null}, {', '"reversed_by": "52"}, {'),
        ("counts", "json", '"reason": "', '"reason": "not '),
        ("counts", "json", '"what": "exclude-station"', '"what": "exclude-outside"'),
        ("counts", "json", '"stations": 5, "voters"', '"stations": 4, "voters"'),
        ("counts/bishkek", "json", '"excluded_by": "52"', '"excluded_by": null'),
        ("counts/bishkek", "json", '"protocol": "agreed"', '"protocol": "held"'),
        ("counts/bishkek", "json", '"ballots_hand": 400', '"ballots_hand": 401'),
    ],
)
def test_what_a_file_says_of_papers_layers_seats_stations_and_acts_is_read_back(
    counted: tuple[Scene, Publisher], page: str, suffix: str, old: str, new: str
) -> None:
    _, publisher = counted
    night = publisher.nights["small"]
    (path, data), *_ = [(path, data) for path, data in files(night.view(page)) if path.endswith(suffix)]
    check_data(night.facts, [(path, data)])
    changed = data.replace(old.encode(), new.encode(), 1)
    assert changed != data, data
    with pytest.raises(PageDisagrees):
        check_data(night.facts, [(path, changed)])


def test_the_words_of_an_act_are_those_of_its_record(counted: tuple[Scene, Publisher]) -> None:
    """Who decided, why, and what is left out: a page that gives another reason tells of another act."""
    where, publisher = counted
    text = body(publisher, "counts")
    start = text.index('data-table="acts"')
    reason = publisher.nights["small"].state.acts[0].reason
    (commission,) = (one for one in where.election.commissions if one.id == "cec")
    for said in (reason, commission.name.ky, where.election.stations[1].no):
        at = text.rindex(said, start, text.index("</table>", start))
        changed = f"{text[:at]}x{text[at + 1 :]}"
        assert "Words differ from the record" in refused(publisher, changed), said


# --- mutants of the templates ---


MUTANTS = 160
_SWAPS = (
    ("votes", "ballots"),
    ("voters", "participants"),
    ("reported", "expected"),
    ("|n }}", "|share(1000) }}"),
    ("row.votes", "row.ballots"),
    ("c.invalid", "c.ballots"),
    ("row.voters", "row.waiting"),
    ("|n }}", " }}"),
    ("held", "reported"),
)


def mutants(seed: int) -> Iterator[tuple[str, str]]:
    """(template, changed text): a line doubled, a line dropped, two cells swapped, another name or filter."""
    draw = random.Random(seed)
    folder_of = {
        path.name: path
        for folder in (ROOT / "sites/results/templates", ROOT / "builder/theme/components")
        for path in sorted(folder.glob("*.html.j2"))
        if path.name
        not in {"elections.html.j2", "versions.html.j2", "stations.html.j2", "held.html.j2", "notices.html.j2"}
    }
    while True:
        name = draw.choice(sorted(folder_of))
        lines = folder_of[name].read_text().split("\n")
        telling = [
            n
            for n, line in enumerate(lines)
            if "{{" in line and ("<t" in line or "data-figure" in line or "<li" in line)
        ]
        if not telling:
            continue
        at = draw.choice(telling)
        kind = draw.randrange(4)
        if kind == 0:
            lines.insert(at, lines[at])
        elif kind == 1:
            del lines[at]
        elif kind == 2:
            cells = list(re.finditer(r"<(t[hd])[ >].*?</\1>", lines[at]))
            if len(cells) < 2:
                continue
            a, b = sorted(draw.sample(range(len(cells)), 2))
            line = lines[at]
            first, second = cells[a], cells[b]
            lines[at] = (
                line[: first.start()] + second[0] + line[first.end() : second.start()] + first[0] + line[second.end() :]
            )
        else:
            old, new = draw.choice([*_SWAPS, *((b, a) for a, b in _SWAPS)])
            places = [found.start() for found in re.finditer(re.escape(old), lines[at])]
            if not places:
                continue
            place = draw.choice(places)
            lines[at] = lines[at][:place] + new + lines[at][place + len(old) :]
        yield name, "\n".join(lines)


def telling_text(html: str) -> list[str]:
    """What a reader takes figures from, in order: headings, names, cells, bars, figures; words and dates aside.

    Read another way than the gate does.
    """
    tree = LexborHTMLParser(html)
    return [
        node.attributes.get("width") or " ".join(node.text(separator=" ").split())
        for node in tree.css("th, td, dt, dd, li > b, rect[width], [data-figure]")
        if "data-text" not in node.attributes or node.tag == "th"
    ]


def test_no_mutant_of_a_template_reaches_a_page(counted: tuple[Scene, Publisher], tmp_path: Path) -> None:
    where, publisher = counted
    night = publisher.nights["small"]
    views = [night.view(page) for page in names(where)]
    site = publisher.site
    whole = [telling_text(site.body("ky", view)) for view in views]
    source = mutants(20211128)
    harmful = 0
    for index in range(MUTANTS):
        name, text = next(source)
        folder = tmp_path / str(index)
        folder.mkdir()
        (folder / name).write_text(text)
        searched = [folder, ROOT / "sites/results/templates"]
        pages = Pages("ky", shapes=site.shapes, templates=searched)
        for view, good in zip(views, whole, strict=True):
            try:
                drawn = pages.main(view)
            except Exception:  # noqa: BLE001, S112 -- a template that does not even render reaches no page
                continue
            if telling_text(drawn) == good:
                continue
            harmful += 1
            changed = [(a, b) for a, b in zip(good, telling_text(drawn), strict=False) if a != b]
            assert stopped(publisher, drawn), f"mutant {index} of {name} passed; a reader sees first: {changed[:3]}"
    assert harmful > MUTANTS // 2, "the mutants hardly changed anything"


def test_a_mutant_keeps_the_last_good_state_up(tmp_path: Path) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records[:2])
    publisher.step()
    publisher.wait_for_child()
    overview = where.public / "results/ky/small/index.html"
    station = where.public / f"results/ky/small/station/{where.records[2].station}/index.html"
    before = station.read_bytes()
    folder = tmp_path / "templates"
    folder.mkdir()
    theme = (ROOT / "builder/theme/components/contest.html.j2").read_text()
    (folder / "contest.html.j2").write_text(theme.replace("{{ row.votes|n }}", "{{ c.ballots|n }}"))
    broken = where.publisher(templates=[folder, ROOT / "sites/results/templates"])
    broken.start()
    where.send(where.records[2])
    done = broken.step()
    broken.wait_for_child()
    assert done is not None
    assert done.held_back == ("small",)
    assert station.read_bytes() == before
    assert "hold" in overview.read_text()
    mended = where.publisher()
    mended.start()
    mended.step()
    mended.wait_for_child()
    assert station.read_bytes() != before
    assert 'class="hold"' not in overview.read_text()
