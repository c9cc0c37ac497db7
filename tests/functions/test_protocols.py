"""Keying papers at the commissions' door: nobody sees another's figures, and what is typed is not lost."""

from __future__ import annotations

import re

import pytest

from functions.web import Response
from shailoo.assembly import Installation
from shailoo.model.document import DocumentCopied, DocumentReceived, PageCopy
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.model.record import read_record, record_bytes, record_key
from tests.functions.browser import Browser
from tests.functions.conftest import EVENING
from tests.functions.test_staff import first, page, signed_in
from tests.usecases.keying import sheet_lines


def keyed(installation: Installation) -> list[ProtocolKeyed]:
    records = (read_record(entry.body) for entry in installation.store.feed(0))
    return [one for one in records if isinstance(one, ProtocolKeyed)]


def sheet_of(installation: Installation) -> str:
    election = installation.elections["small"]
    return election.contests_at(election.station_by_no["1001"])[0].id


def fields(lines: tuple[LineFigure, ...], **more: str) -> dict[str, str]:
    """What a browser sends for these lines."""
    typed = {f"{one.line}-{at}": str(figure) for one in lines for at, figure in enumerate(one.figures)}
    return {"version": "1", **typed, **more}


def without_token(response: Response) -> str:
    """A page's whole source but for the token, in which any digits may stand."""
    return re.sub(r'name="token" value="[^"]+"', "", response.body.decode())


class Scene:
    """A paper of station 1001 and people of different commissions above it."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.sheet = sheet_of(installation)
        self.address = f"/staff/protocols/small/1001/{self.sheet}"
        self.good = sheet_lines(installation.elections["small"], self.sheet)
        self.other = sheet_lines(installation.elections["small"], self.sheet, first=577)

    def person(self, who: str) -> Browser:
        return signed_in(self.installation, who)

    def key(self, who: str, lines: tuple[LineFigure, ...], **more: str) -> Response:
        return self.person(who).post(self.address, fields(lines, **more))

    def shown(self, who: str, address: str | None = None) -> str:
        return first(self.person(who).get(address or self.address), "main").text()


@pytest.fixture
def scene(installation: Installation) -> Scene:
    return Scene(installation)


def test_two_persons_key_a_paper_and_everybody_of_these_commissions_sees_how_it_stands(scene: Scene) -> None:
    assert "waits for its first keying" in scene.shown("territorial", "/staff/protocols/small")
    done = scene.key("precinct", scene.good)
    assert done.header("location") == f"/staff/protocols/small/1001?done={scene.sheet}"
    assert "Handed over: Protocol" in scene.shown("precinct", done.header("location"))
    assert "waits for its second keying" in scene.shown("territorial", "/staff/protocols/small")
    assert scene.key("territorial", scene.good).status == 303
    assert "two agree: it counts" in scene.shown("precinct", "/staff/protocols/small/1001")
    assert [one.keying for one in keyed(scene.installation)] == [1, 2]


def test_the_figures_of_one_are_hidden_from_the_next_until_two_agree(scene: Scene) -> None:
    scene.key("precinct", scene.other)
    for who in ("precinct", "territorial"):
        for address in (scene.address, "/staff/protocols/small/1001", "/staff/protocols/small"):
            assert "577" not in without_token(scene.person(who).get(address))
    scene.key("territorial", scene.good)
    seen = without_token(scene.person("central").get(scene.address))
    assert "577" not in seen
    assert "The keyings differ here" in seen
    assert first(scene.person("central").get(scene.address), "main ul li").text().startswith("L7 ·")
    scene.key("central", scene.other)
    assert "577" in scene.shown("precinct")


def test_who_has_keyed_a_paper_gets_no_second_form(scene: Scene) -> None:
    scene.key("precinct", scene.good)
    shown = page(scene.person("precinct").get(scene.address))
    assert not shown.css("form.keying")
    refused = scene.key("precinct", scene.other)
    assert refused.status == 422
    assert "Another person keys it next." in first(refused, "[role=alert]").text()


def test_a_broken_rule_is_told_beside_its_line_and_what_was_typed_stays(scene: Scene) -> None:
    broken = sheet_lines(scene.installation.elections["small"], scene.sheet, L7=600)
    answer = scene.key("precinct", broken)
    assert answer.status == 422
    slot = first(answer, "#rule-boxes-opened")
    expected = sum(one.figures[0] for one in broken if one.line in ("L8", "L9"))
    assert slot.text() == f"L6 + L7: typed 602, must be = {expected}. Rule: L6 + L7 = L8 + L9"
    assert "hidden" not in slot.attributes
    assert "hidden" in first(answer, "#rule-votes-add-up").attributes
    assert first(answer, "input[name=L7-0]").attributes["value"] == "600"
    assert first(answer, "input[name=L6-0]").attributes["aria-describedby"] == "rule-boxes-opened rule-portable-issued"
    assert keyed(scene.installation) == []
    assert scene.key("precinct", broken, unreconciled="The paper says so.").status == 303
    assert scene.key("territorial", broken, unreconciled="It says so.").status == 303
    assert "held: two agree, but a rule does not hold" in scene.shown("precinct")


@pytest.mark.parametrize("typed", ["", "x", "-1", "1.5", "٣", "1000001", "12345678"])
def test_a_figure_that_is_no_whole_number_is_shown_again(scene: Scene, typed: str) -> None:
    answer = scene.person("precinct").post(scene.address, {**fields(scene.good), "L1-0": typed})
    assert answer.status == 422
    assert "is not a whole number" in first(answer, "[role=alert]").text()
    assert first(answer, "[role=alert] dd").text() == "L1"
    assert keyed(scene.installation) == []


def test_a_draft_is_the_persons_own_and_goes_with_the_hand_over(scene: Scene) -> None:
    mine = scene.person("precinct")
    typed = {"version": "1", "L1-0": "8 31", "unreconciled": "half a reason"}
    kept = mine.post(f"{scene.address}/draft", typed)
    assert kept.header("location") == f"{scene.address}?kept"
    answer = mine.get(kept.header("location") or "")
    assert first(answer, "input[name=L1-0]").attributes["value"] == "8 31"
    assert "half a reason" in answer.body.decode()
    assert "8 31" not in scene.person("territorial").get(scene.address).body.decode()
    assert mine.post(f"{scene.address}/draft", {**typed, "quiet": "1"}).status == 204
    assert keyed(scene.installation) == []
    mine.post(scene.address, fields(scene.good))
    correction = mine.get(f"{scene.address}?correct").body.decode()
    assert "8 31" not in correction
    assert mine.post(f"{scene.address}/draft", {"version": "1", "L1-0": "x" * 40_000}).status == 422


def test_a_correction_is_keyed_under_its_reason_and_the_earlier_version_stays(scene: Scene) -> None:
    scene.key("precinct", scene.good)
    scene.key("territorial", scene.good)
    form = page(scene.person("territorial").get(f"{scene.address}?correct"))
    assert {one.attributes["name"] for one in form.css("textarea")} == {"correction", "unreconciled"}
    refused = scene.key("territorial", scene.other, version="2", correction="two digits swapped")
    assert refused.status == 422
    assert first(refused, "textarea[name=correction]").text() == "two digits swapped"
    assert scene.key("precinct", scene.other, version="2", correction="two digits swapped").status == 303
    assert scene.key("central", scene.other, version="2").status == 303
    shown = scene.shown("precinct")
    assert "version 2: two agree" in shown
    assert "two digits swapped" in shown
    assert [one.text() for one in page(scene.person("precinct").get(scene.address)).css("h2")] == [
        "Version 2",
        "Version 1",
    ]


@pytest.mark.parametrize("version", ["", "0", "7", "100", "one", "²"])
def test_a_form_for_another_version_is_told_to_look_again(scene: Scene, version: str) -> None:
    assert scene.key("precinct", scene.good, version=version).status == 409
    assert keyed(scene.installation) == []


def test_only_the_keying_form_allows_a_script_and_only_ours(scene: Scene) -> None:
    mine = scene.person("precinct")
    answer = mine.get(scene.address)
    assert "script-src 'self'; connect-src 'self'" in (answer.header("content-security-policy") or "")
    assert [one.attributes["src"] for one in page(answer).css("script")] == ["/staff/keying.js"]
    script = mine.get("/staff/keying.js")
    assert (script.status, script.header("content-type")) == (200, "text/javascript; charset=utf-8")
    assert "script-src" not in (mine.get("/staff/protocols/small").header("content-security-policy") or "")


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_field_has_a_name_in_the_language_of_the_page(scene: Scene, language: str) -> None:
    mine = scene.person("precinct")
    mine.language = language
    answer = mine.get(scene.address)
    election = scene.installation.elections["small"]
    protocol = election.protocol_by_kind[election.contest_by_id[scene.sheet].kind]
    text = first(answer, "form.keying").text()
    for line in protocol.lines:
        assert f"{line.id} · {getattr(line.name, language)}" in text
    for control in page(answer).css("form.keying input:not([type=hidden]), form.keying textarea"):
        assert control.parent is not None
        assert control.parent.tag == "label"


@pytest.mark.parametrize(
    "path", ["/staff/protocols/other", "/staff/protocols/small/5777", "/staff/protocols/small/1001/smd-99"]
)
def test_a_paper_that_is_not_there_is_told_on_a_page(scene: Scene, path: str) -> None:
    assert scene.person("central").get(path).status == 404


def test_a_station_is_found_by_its_number(scene: Scene) -> None:
    central = scene.person("central")
    assert central.get("/staff/protocols/small?station=1001").header("location") == "/staff/protocols/small/1001"
    assert central.get("/staff/protocols/small?station=7").status == 404
    assert "9001" in scene.shown("central", "/staff/protocols/small?after=1001")


def test_the_photographed_paper_stands_beside_its_figures(scene: Scene) -> None:
    placed = {"election": "small", "station": "1001", "kind": "protocol", "part": scene.sheet, "original": "a" * 64}
    office = {"person": "b" * 64, "commission": "pec-1001", "role": "precinct", "entered": EVENING}
    received = DocumentReceived.model_validate({**placed, **office, "media": "image/jpeg", "bytes": 9})
    pages = tuple(PageCopy(sha256=digit * 64, bytes=9, width=800, height=1100) for digit in "12")
    copied = DocumentCopied.model_validate(
        {**placed, "version": 1, "pdf": "c" * 64, "pdf_bytes": 9, "pages": pages, "made": EVENING}
    )
    assert not page(scene.person("precinct").get(scene.address)).css(".photos")
    for record in (received, copied):
        scene.installation.store.append(record_key(record), record_bytes(record))
    shown = page(scene.person("precinct").get(scene.address))
    document = f"/staff/document/small/1001/protocol/{scene.sheet}/{'a' * 64}"
    assert [image.attributes["src"] for image in shown.css(".photos img")] == [f"{document}/1/1", f"{document}/1/2"]
    other = page(scene.person("precinct").get("/staff/protocols/small/1001/identification"))
    assert not other.css(".photos")
