"""The desk of cases: who sees and does what, in which order cases wait, what acts do, who has looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from functions.web import Access, Request, Response
from shailoo.assembly import Installation
from shailoo.model.case import CaseAct
from shailoo.model.record import read_record
from shailoo.usecases.case_looks import looks_at
from tests.functions.browser import Browser, router_of
from tests.functions.case_desk_scene import PIN, PNG, SECRET, at, desk_scene, do, file, member
from tests.functions.case_scene import MORNING
from tests.functions.test_staff import PEOPLE

APPOINTED = ("precinct", "other precinct", "territorial", "district", "central", "auditor")
SEES = ("precinct", "territorial", "district", "central")
STATUS: dict[tuple[str, str], dict[str, int]] = {
    # who is not named: 403; to whom a case is unknown: 404
    ("GET", "/staff/cases/"): dict.fromkeys(("precinct", "other precinct", "territorial", "district", "central"), 200),
    ("POST", "/staff/cases/bulk"): dict.fromkeys(APPOINTED, 303),
    ("GET", "/staff/cases/figures/{election}"): dict.fromkeys(APPOINTED, 200),
    ("GET", "/staff/cases/{number}"): dict.fromkeys(APPOINTED, 404) | dict.fromkeys(SEES, 200),
    ("POST", "/staff/cases/{number}"): dict.fromkeys(APPOINTED, 404)
    | dict.fromkeys(SEES, 403)
    | dict.fromkeys(("precinct", "territorial"), 303),
    ("GET", "/staff/cases/{number}/{paper}"): dict.fromkeys(APPOINTED, 404) | dict.fromkeys(SEES, 200),
    # an application's papers are never public; test_case_papers_public hands over those of a register
    ("POST", "/staff/cases/{number}/{paper}"): dict.fromkeys(APPOINTED, 404) | dict.fromkeys(SEES, 422),
}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with desk_scene(tmp_path / "i") as made:
        yield made


def acts(installation: Installation) -> list[CaseAct]:
    records = (read_record(entry.body) for entry in installation.store.feed(0))
    return [one for one in records if isinstance(one, CaseAct)]


def words(response: Response) -> str:
    main = LexborHTMLParser(response.body.decode()).css_first("main")
    return "" if main is None else main.text(separator=" ")


def numbers(response: Response) -> list[str]:
    return [one.text() for one in LexborHTMLParser(response.body.decode()).css(".queue tbody th a")]


@pytest.mark.parametrize("who", [*PEOPLE, "stranger"])
@pytest.mark.parametrize(("method", "template"), STATUS)
def test_each_route_admits_whom_it_names_and_nobody_else(
    installation: Installation, method: str, template: str, who: str
) -> None:
    case = file(installation, papers=(PNG,))
    browser = member(installation, who)
    document = case.filed.documents[0].original
    path = template.replace("{number}", str(case.number)).replace("{paper}", document)
    path = path.replace("{election}", "small")
    before = len(acts(installation))
    if method == "GET":
        # a picture is no text, so it does not go through the browser that looks for a form
        response = browser.router.handle(Request("GET", path, {}, cookie(browser)))
    else:
        sent = {"do-act": "lapse", "do-reason": "Nobody came.", "do-seen": "0", f"case-{case.number}": "0"}
        response = browser.post(path, sent)
    if who == "stranger":
        assert response.status == (303 if method == "GET" else 401)
    else:
        assert response.status == STATUS[method, template].get(who, 403)
    may = who in ("precinct", "territorial") if template.endswith("bulk") else response.status == 303
    assert len(acts(installation)) - before == int(method == "POST" and may and who != "stranger")


def test_the_table_above_names_every_route_of_the_desk(installation: Installation) -> None:
    routes = router_of(installation).routes
    desk = {
        (one.method, one.template)
        for one in routes
        if one.template.startswith("/staff/cases") and one.access is not Access.ANYONE
    }
    assert desk == set(STATUS)


def test_what_is_most_overdue_stands_first_and_what_waits_for_others_last(installation: Installation) -> None:
    waits = file(installation, 1)
    young = file(installation, 2, "lamp", now=MORNING + timedelta(days=2))
    old = file(installation, 3, "lamp")
    later = at(installation, MORNING + timedelta(days=4))
    page = member(later, "precinct").get("/staff/cases/")
    assert numbers(page) == [f"№ {one.number}" for one in (old, young, waits)]
    assert "All: 3" in words(page)
    assert "Overdue: 1" in words(page)
    assert "We owe the next step: 2" in words(page)
    assert "Waits for somebody else: 1" in words(page)
    assert numbers(member(later, "precinct").get("/staff/cases/?part=late")) == [f"№ {old.number}"]
    assert numbers(member(later, "precinct").get("/staff/cases/?kind=voter-missing")) == [f"№ {waits.number}"]


def test_a_case_leaves_the_queue_of_who_has_done_their_part(installation: Installation) -> None:
    case = file(installation)
    precinct, territorial = member(installation, "precinct"), member(installation, "territorial")
    second = member(installation, "precinct", "second")
    assert numbers(territorial.get("/staff/cases/")) == []
    assert do(precinct, case.number, "identify-by-passport", 0, passport_seen="yes", cause="no-match") == 422
    sent = {"do-act": "identify-by-passport", "do-seen": "0", "passport_seen": "yes", "cause": "no-match"}
    assert precinct.post(f"/staff/cases/{case.number}", sent).status == 303
    assert numbers(territorial.get("/staff/cases/")) == []
    assert "Confirm" not in words(precinct.get(f"/staff/cases/{case.number}")).split("What has happened")[0]
    assert do(precinct, case.number, "confirm", 1) == 403
    assert do(second, case.number, "confirm", 1) == 303
    assert numbers(precinct.get("/staff/cases/")) == []
    assert numbers(territorial.get("/staff/cases/")) == [f"№ {case.number}"]
    assert do(territorial, case.number, "reject", 2) == 422
    assert do(territorial, case.number, "reject", 2, do_reason="He lives elsewhere.") == 303
    assert numbers(territorial.get("/staff/cases/")) == []
    page = words(territorial.get(f"/staff/cases/{case.number}"))
    assert "He lives elsewhere." in page
    assert "Why not by the device?" in page


def test_of_two_officials_at_the_same_moment_the_second_looks_again(installation: Installation) -> None:
    case = file(installation, kind="lamp")
    precinct, second = member(installation, "precinct"), member(installation, "precinct", "second")
    assert do(precinct, case.number, "mend", 0) == 303
    assert do(precinct, case.number, "mend", 0) == 303, "the same act again is harmless"
    assert do(second, case.number, "mend", 0) == 409
    assert len(acts(installation)) == 1


def test_a_correction_stands_beside_the_act_that_it_corrects(installation: Installation) -> None:
    case = file(installation, kind="lamp")
    precinct = member(installation, "precinct")
    do(precinct, case.number, "ask", 0, do_reason="Which lamp?")
    assert "Correct step 1: Ask" in words(precinct.get(f"/staff/cases/{case.number}?act=correct-1"))
    assert do(precinct, case.number, "correct", 1, do_of="1", do_reason="Which of the two lamps?") == 303
    page = words(precinct.get(f"/staff/cases/{case.number}"))
    assert "Corrected by a later step" in page
    assert "Which lamp?" in page
    assert "Which of the two lamps?" in page


def test_in_bulk_each_case_is_asked_for_itself(installation: Installation) -> None:
    mine = [file(installation, seed) for seed in range(1, 4)]
    elsewhere = file(installation, 9, station="5001")
    lamp = file(installation, 10, "lamp")
    precinct = member(installation, "precinct")
    do(precinct, mine[2].number, "lapse", 0, do_reason="Nobody came.")
    ticked = {f"case-{one.number}": "0" for one in (*mine, elsewhere, lamp)}
    answer = precinct.post("/staff/cases/bulk", {"do-act": "lapse", "do-reason": "Nobody came.", **ticked})
    page = words(precinct.get(answer.header("location") or ""))
    assert "Done: 3" in page, "the one that was closed with these very words counts as done"
    assert "Not done: 2" in page
    assert f"№ {elsewhere.number} : No case has this" in page
    assert f"№ {lamp.number} : This act is not yours" in page
    assert {one.case for one in acts(installation)} == {one.filed.case for one in mine}


def test_in_bulk_nothing_is_done_that_is_for_one_case_at_a_time(installation: Installation) -> None:
    lamp = file(installation, kind="lamp")
    member(installation, "precinct").post("/staff/cases/bulk", {"do-act": "mend", f"case-{lamp.number}": "0"})
    assert not acts(installation)


def test_a_form_of_another_session_does_nothing(installation: Installation) -> None:
    lamp = file(installation, kind="lamp")
    precinct = member(installation, "precinct")
    for path in (f"/staff/cases/{lamp.number}", "/staff/cases/bulk"):
        assert precinct.post(path, {"do-act": "mend", "do-seen": "0"}, token="x").status == 403
    assert not acts(installation)


def test_who_looks_at_a_person_is_written_down_before_anything_is_shown(installation: Installation) -> None:
    case = file(installation, papers=(PNG,))
    territorial, other = member(installation, "territorial"), member(installation, "other precinct")
    page = territorial.get(f"/staff/cases/{case.number}")
    territorial.get(f"/staff/cases/{case.number}")
    other.get(f"/staff/cases/{case.number}")
    assert PIN in page.body.decode()
    looks = looks_at(case.filed.case, installation.grouped)
    assert [(one.official.commission, one.times) for one in looks] == [("tec-1", 2)]
    district = member(installation, "district")
    path = f"/staff/cases/{case.number}/{case.filed.documents[0].original}"
    answer = district.router.handle(Request("GET", path, {}, cookie(district)))
    assert answer.body == PNG
    assert "sandbox" in (answer.header("content-security-policy") or "")
    assert [one.official.commission for one in looks_at(case.filed.case, installation.grouped)] == ["tec-1", "dec-01"]


def test_no_list_and_no_record_names_a_person(installation: Installation) -> None:
    case = file(installation, papers=(PNG,))
    precinct = member(installation, "precinct")
    do(precinct, case.number, "lapse", 0, do_reason="Nobody came.")
    pages = [precinct.get(path).body.decode() for path in ("/staff/cases/", "/staff/cases/figures/small")]
    records = [entry.body.decode() for entry in installation.store.feed(0)]
    assert not [one for one in (*pages, *records) if PIN in one or SECRET in one]


def test_every_case_is_counted_once_and_the_figures_sum(installation: Installation) -> None:
    cases = [file(installation, seed, station=("1001", "5001")[seed % 2]) for seed in range(1, 8)]
    cases += [file(installation, seed, "lamp") for seed in range(20, 25)]
    do(member(installation, "precinct"), cases[-1].number, "mend", 0)
    page = LexborHTMLParser(member(installation, "auditor").get("/staff/cases/figures/small").body.decode())
    tables = page.css("table")
    rows = [[cell.text() for cell in row.css("td")][1:] for row in tables[0].css("tbody tr")]
    figures = [[int(cell) for cell in row] for row in rows]
    assert [sum(column) for column in zip(*figures[:-1], strict=True)] == figures[-1]
    assert figures[-1] == [4, 7, 1, 12, 0]
    assert all(sum(row[:3]) == row[3] for row in figures)
    by_kind = [[int(row.css("td")[0].text()) for row in table.css("tbody tr")] for table in tables[1:]]
    assert all(sum(one[:-1]) == one[-1] for one in by_kind)
    assert sum(one[-1] for one in by_kind) == len(cases)
    own = words(member(installation, "other precinct").get("/staff/cases/figures/small"))
    assert "1001" not in own


@pytest.mark.parametrize(
    "path", ["/staff/cases/0", "/staff/cases/99999", "/staff/cases/x", "/staff/cases/1/x", "/staff/cases/9" + "9" * 30]
)
def test_an_address_that_names_nothing_is_answered_so(installation: Installation, path: str) -> None:
    file(installation)
    assert member(installation, "central").get(path).status == 404


def test_a_queue_opens_for_the_commission_and_those_above_it(installation: Installation) -> None:
    file(installation)
    opens = {who: member(installation, who).get("/staff/cases/?of=pec-1001").status for who in PEOPLE}
    wanted = dict.fromkeys(PEOPLE, 403) | dict.fromkeys(SEES, 200)
    assert opens == wanted
    assert member(installation, "territorial").get("/staff/cases/?of=cec").status == 403
    assert member(installation, "central").get("/staff/cases/?of=tec-2").status == 200
    assert member(installation, "central").get("/staff/cases/?of=pec-0000").status == 403


def cookie(browser: Browser) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
