"""The commissions' pages: who sees what, what a form does, and that no other site can send one."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import get_args

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from functions.staff.acts import MEASURES
from functions.staff.cookies import SESSION, CookieSigner
from functions.web import Access, Response
from rehearsal.keys import rehearsal_signer
from shailoo.assembly import Installation
from shailoo.model.record import Act, Measure, TurnoutEntered, read_record
from shailoo.model.refs import Role
from shailoo.usecases.accept_report import accept_report
from shailoo.usecases.appoint import person_of
from tests.functions.browser import Browser, FixedClock, give, router_of
from tests.functions.conftest import EVENING
from tests.voting import VotingBox

ISSUER = "https://id.example"
PEOPLE: dict[str, tuple[str, Role] | None] = {
    "precinct": ("pec-1001", "precinct"),
    "other precinct": ("pec-5001", "precinct"),
    "territorial": ("tec-1", "territorial"),
    "district": ("dec-01", "district"),
    "central": ("cec", "central"),
    "auditor": ("cec", "auditor"),
    "nobody": None,
}


def signed_in(installation: Installation, who: str) -> Browser:
    """A browser with a session, as if it came back from the provider."""
    browser = Browser(router_of(installation))
    if who == "stranger":
        return browser
    appointment = PEOPLE[who]
    if appointment is not None:
        give(installation, ISSUER, who, *appointment)
    cookies = CookieSigner(installation.session_secret, secure=False)
    browser.cookies[SESSION] = cookies.write(
        SESSION, {"person": person_of(ISSUER, who)}, expires=int(time.time()) + 1000
    )
    browser.get("/staff/")
    browser.token = cookies.mark("form", browser.cookies[SESSION])
    return browser


def turnout(installation: Installation) -> list[TurnoutEntered]:
    records = (read_record(entry.body) for entry in installation.store.feed(0))
    return [one for one in records if isinstance(one, TurnoutEntered)]


def acts(installation: Installation) -> list[Act]:
    records = (read_record(entry.body) for entry in installation.store.feed(0))
    return [one for one in records if isinstance(one, Act)]


def page(response: Response) -> LexborHTMLParser:
    return LexborHTMLParser(response.body.decode())


def first(response: Response, selector: str) -> LexborNode:
    """The first element that fits, which must be there."""
    found = page(response).css_first(selector)
    assert found is not None, selector
    return found


ENTRY = {"hour": "12:00/0", "voters": "300", "cause": ""}
JOIN = {
    "body": "cec", "number": "1", "day": "2025-06-01", "reason": "Box broke.", "measure": "join-reserve-box",
    "box": "ABB-000007", "station": "1001", "sealed_sha256": "",
}  # fmt: skip
APPOINT = {"person": "a" * 64, "commission": "tec-2", "role": "territorial", "do": "appoint"}
STATUS: dict[tuple[str, str], dict[str, int]] = {
    # who is not named: 403
    ("GET", "/staff/"): dict.fromkeys(
        ("precinct", "other precinct", "territorial", "district", "central", "auditor"), 200
    ),
    ("GET", "/staff/turnout/small"): dict.fromkeys(
        ("precinct", "other precinct", "territorial", "district", "central", "auditor"), 303
    ),
    ("GET", "/staff/turnout/small/1001"): dict.fromkeys(("precinct", "territorial", "district", "central"), 200),
    ("POST", "/staff/turnout/small/1001"): dict.fromkeys(("precinct", "territorial", "district", "central"), 303),
    ("GET", "/staff/protocols/small"): dict.fromkeys(
        ("precinct", "other precinct", "territorial", "district", "central", "auditor"), 200
    ),
    ("GET", "/staff/protocols/small/1001"): dict.fromkeys(("precinct", "territorial", "district", "central"), 200),
    ("GET", "/staff/protocols/small/1001/identification"): dict.fromkeys(
        ("precinct", "territorial", "district", "central"), 200
    ),
    ("POST", "/staff/protocols/small/1001/identification"): dict.fromkeys(
        ("precinct", "territorial", "district", "central"), 303
    ),
    ("POST", "/staff/protocols/small/1001/identification/draft"): dict.fromkeys(
        ("precinct", "territorial", "district", "central"), 303
    ),
    ("GET", "/staff/acts/small"): dict.fromkeys(("territorial", "district", "central"), 200),
    ("POST", "/staff/acts/small"): {"central": 303},
    ("GET", "/staff/appointments"): {"central": 200},
    ("POST", "/staff/appointments"): {"central": 303},
    ("POST", "/staff/logout"): dict.fromkeys(PEOPLE, 303),
}
KEYED = {"version": "1", "I1-0": "412"}
FORMS = {
    "/staff/turnout/small/1001": ENTRY,
    "/staff/protocols/small/1001/identification": KEYED,
    "/staff/protocols/small/1001/identification/draft": KEYED,
    "/staff/acts/small": JOIN,
    "/staff/appointments": APPOINT,
}


@pytest.mark.parametrize("who", [*PEOPLE, "stranger"])
@pytest.mark.parametrize(("method", "path"), STATUS)
def test_each_route_admits_whom_it_names_and_nobody_else(
    installation: Installation, method: str, path: str, who: str
) -> None:
    browser = signed_in(installation, who)
    before = installation.store.last()
    if method == "GET":
        response = browser.get(path + ("?station=1001" if path == "/staff/turnout/small" else ""))
    else:
        response = browser.post(path, FORMS.get(path, {}))
    if who == "stranger":
        assert response.status == (303 if method == "GET" else 401)
    else:
        assert response.status == STATUS[(method, path)].get(who, 403)
    stored = method == "POST" and response.status == 303 and not path.endswith(("/logout", "/draft"))
    assert installation.store.last() - before == int(stored)


def test_the_table_above_names_every_route_that_wants_a_sign_in(installation: Installation) -> None:
    router = router_of(installation)
    wanted = {
        (route.method, route.template)
        for route in router.routes
        if route.access not in (Access.ANYONE, Access.BOX)
        and not route.template.startswith(
            ("/staff/document", "/staff/upload", "/staff/cases", "/staff/precinct", "/api/cabinet")
        )  # their own tables
    }
    filled = {"small": "{election}", "1001": "{station}", "identification": "{sheet}"}
    named = {(method, "/".join(filled.get(part, part) for part in path.split("/"))) for method, path in STATUS}
    assert wanted == named


def test_a_precinct_enters_turnout_and_sees_it(installation: Installation) -> None:
    browser = signed_in(installation, "precinct")
    form = page(browser.get("/staff/turnout/small/1001"))
    options = [option.attributes["value"] for option in form.css("select[name=hour] option")]
    assert options == [f"{hour}:00/0" for hour in range(10, 21)]
    done = browser.post("/staff/turnout/small/1001", {**ENTRY, "voters": "1 00"})
    assert done.header("location") == "/staff/turnout/small/1001?done=12%3A00"
    [record] = turnout(installation)
    assert (record.voters, record.hour, record.channel) == (100, "12:00", "own")
    answer = browser.get(done.header("location") or "")
    after = page(answer)
    assert first(answer, "[role=status]").text() == "Entered: 12:00"
    assert after.css_first("option[value='12:00/1']")
    assert [cell.text() for cell in after.css("tbody tr th, tbody tr td")][:2] == ["12:00", "100"]


def test_a_superior_commission_enters_what_it_was_told(installation: Installation) -> None:
    signed_in(installation, "territorial").post("/staff/turnout/small/1002", ENTRY)
    [record] = turnout(installation)
    assert (record.station, record.by, record.channel) == ("1002", "territorial", "superior")


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"voters": "901"}, 422, "This is more than the list of voters holds."),
        ({"voters": "-5"}, 422, "Write the number of voters in digits."),
        ({"voters": "٣"}, 422, "Write the number of voters in digits."),
        ({"voters": ""}, 422, "Write the number of voters in digits."),
        ({"hour": "12:30/0"}, 422, "Turnout is read off at whole hours from 10:00 to 20:00."),
        ({"hour": "<b>/0"}, 422, "Turnout is read off at whole hours from 10:00 to 20:00."),
        ({"hour": ""}, 422, "Write the number of voters in digits."),
        ({"hour": "12:00/7"}, 409, "This hour was entered meanwhile. Look at the figure and decide again."),
    ],
)
def test_a_figure_that_cannot_be_is_shown_again_with_what_is_wrong(
    installation: Installation, change: dict[str, str], status: int, sentence: str
) -> None:
    browser = signed_in(installation, "precinct")
    response = browser.post("/staff/turnout/small/1001", {**ENTRY, **change})
    assert response.status == status
    assert first(response, "[role=alert] p").text() == sentence
    assert b"<b>/0" not in response.body
    assert turnout(installation) == []


def test_a_lower_figure_asks_for_its_cause_and_keeps_what_was_written(installation: Installation) -> None:
    browser = signed_in(installation, "precinct")
    browser.post("/staff/turnout/small/1001", ENTRY)
    again = browser.post("/staff/turnout/small/1001", {"hour": "14:00/0", "voters": "250", "cause": ""})
    assert again.status == 422
    assert first(again, "input[name=voters]").attributes["value"] == "250"
    assert first(again, "option[selected]").text() == "14:00"
    cause = "Misread <at noon> & mended"
    browser.post("/staff/turnout/small/1001", {"hour": "14:00/0", "voters": "250", "cause": cause})
    assert turnout(installation)[-1].cause == cause
    assert "Misread &lt;at noon&gt; &amp; mended" in browser.get("/staff/turnout/small/1001").body.decode()


def test_before_ten_there_is_nothing_to_enter(installation: Installation) -> None:
    object.__setattr__(installation, "clock", FixedClock(EVENING - timedelta(hours=11)))
    browser = signed_in(installation, "precinct")
    assert not page(browser.get("/staff/turnout/small/1001")).css("select")


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_another_site_made_does_nothing(installation: Installation, path: str) -> None:
    browser = signed_in(installation, "central")
    before = installation.store.last()
    for token in ("", "forged", signed_in(installation, "precinct").token):
        assert browser.post(path, FORMS[path], token=token).status == 403
    assert installation.store.last() == before + 1  # the precinct's appointment


def test_the_central_commission_joins_a_reserve_box_and_its_report_is_then_taken_in(
    installation: Installation,
) -> None:
    browser = signed_in(installation, "central")
    assert browser.post("/staff/acts/small", JOIN).status == 303
    shown = browser.get("/staff/acts/small").body.decode()
    assert "A reserve box counts at a station: ABB-000007, 1001" in shown
    election = installation.elections["small"]
    box = VotingBox(election, "ABB-000007", "1001", rehearsal_signer("small", "ABB-000007"))
    data = box.seal(box.final_bundle(), installation.sealing_public("small"))
    assert b"outcome: accepted" in accept_report(data, installation.intake_desk, now=EVENING)
    release = {**JOIN, "number": "2", "measure": "release-report", "box": "ABB-000007"}
    assert browser.post("/staff/acts/small", release).status == 303
    revoke = {**JOIN, "number": "3", "measure": "revoke-box"}
    assert browser.post("/staff/acts/small", revoke).status == 303
    assert [one.measures[0].measure for one in acts(installation)] == [
        "join-reserve-box",
        "release-report",
        "revoke-box",
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"number": ""}, 422),
        ({"number": "<>"}, 422),
        ({"day": "yesterday"}, 422),
        ({"reason": "x"}, 422),
        ({"measure": "end-the-election"}, 422),
        ({"box": "ABB-999999"}, 422),
        ({"station": "7777"}, 422),
        ({"measure": "choose-report", "sealed_sha256": "abc"}, 422),
        ({"body": "tec-1"}, 403),
    ],
)
def test_an_act_that_cannot_be_is_shown_again_and_not_stored(
    installation: Installation, change: dict[str, str], status: int
) -> None:
    browser = signed_in(installation, "central")
    response = browser.post("/staff/acts/small", {**JOIN, **change})
    assert response.status == status
    assert page(response).css_first("[role=alert]")
    assert acts(installation) == []


def test_an_act_number_is_used_once(installation: Installation) -> None:
    browser = signed_in(installation, "central")
    browser.post("/staff/acts/small", JOIN)
    assert browser.post("/staff/acts/small", JOIN).status == 303
    assert browser.post("/staff/acts/small", {**JOIN, "reason": "Another."}).status == 409
    assert len(acts(installation)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"measure": "exclude-station", "station": "1001"}, "The results of a station are annulled: 1001"),
        ({"measure": "exclude-contest", "contest": "smd-27"}, "The results of a contest are annulled: smd-27"),
        ({"measure": "exclude-option", "contest": "pr", "no": "2"}, "candidate or list are annulled: pr, 2"),
        (
            {"measure": "exclude-outside", "station": "1001", "contest": "smd-27", "invalid": "1", "votes": "3 0,4"},
            "do not count: 1001, smd-27, 1, 3 0 4",
        ),
        ({"measure": "release-protocol", "station": "1001", "contest": "identification"}, "A held protocol counts"),
    ],
)
def test_an_act_that_changes_the_final_count_is_recorded_and_can_be_reversed(
    installation: Installation, change: dict[str, str], told: str
) -> None:
    browser = signed_in(installation, "central")
    browser.post("/staff/protocols/small/1001/identification", KEYED)
    election = installation.elections["small"]
    of_station = {str(one.kind): one for one in election.contests_at(election.station_by_no["1001"])}
    district, first_list = of_station["single-mandate"], of_station["party-list"]
    act = {**JOIN, **change}
    act["contest"] = act.get("contest", "").replace("smd-27", district.id).replace("pr", first_list.id)
    if act["measure"] == "exclude-outside":
        act["votes"] = ", ".join(["3"] * len(district.options))
        told = f"do not count: 1001, {district.id}, 1, {' '.join(['3'] * len(district.options))}"
    answer = browser.post("/staff/acts/small", act)
    assert answer.status == 303, first(answer, "[role=alert]").text()
    shown = first(browser.get("/staff/acts/small"), "main").text()
    assert told.replace("smd-27", district.id) in shown
    back = {**JOIN, "number": "2", "measure": "reverse-act", "reversed": "1"}
    assert browser.post("/staff/acts/small", back).status == 303
    assert browser.post("/staff/acts/small", {**back, "number": "3"}).status == 422


def test_every_measure_of_an_act_can_be_chosen_in_the_form() -> None:
    measures = {member.model_fields["measure"].default for member in get_args(get_args(Measure)[0])}
    assert set(MEASURES) == measures


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "exclude-option", "contest": "pr", "no": "two"},
        {"measure": "exclude-outside", "station": "1001", "contest": "pr", "invalid": "1", "votes": ""},
        {"measure": "exclude-outside", "station": "1001", "contest": "pr", "invalid": "", "votes": "1"},
        {"measure": "exclude-contest", "contest": "nowhere"},
    ],
)
def test_an_annulment_that_cannot_be_is_not_stored(installation: Installation, change: dict[str, str]) -> None:
    assert signed_in(installation, "central").post("/staff/acts/small", {**JOIN, **change}).status == 422
    assert acts(installation) == []


def test_the_central_commission_appoints_and_revokes(installation: Installation) -> None:
    browser = signed_in(installation, "central")
    browser.post("/staff/appointments", APPOINT)
    assert "a" * 64 in browser.get("/staff/appointments").body.decode()
    browser.post("/staff/appointments", {**APPOINT, "do": "revoke"})
    assert "a" * 64 not in browser.get("/staff/appointments").body.decode()
    for change in ({"person": "Aida"}, {"commission": "pec-9"}, {"role": "king"}, {"role": "central"}):
        assert browser.post("/staff/appointments", {**APPOINT, **change}).status == 422


@pytest.mark.parametrize(
    "path", ["/staff/turnout/other/1001", "/staff/turnout/small/7777", "/staff/turnout/small?station=x"]
)
def test_what_is_not_there_is_told_on_a_page(installation: Installation, path: str) -> None:
    response = signed_in(installation, "central").get(path)
    assert response.status == 404
    assert page(response).css_first("h1")


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/staff/",
        "/staff/turnout/small/1001",
        "/staff/protocols/small",
        "/staff/protocols/small/1001",
        "/staff/acts/small",
        "/staff/appointments",
    ],
)
def test_every_page_is_plain_labelled_and_in_the_language_asked_for(
    installation: Installation, path: str, language: str
) -> None:
    browser = signed_in(installation, "central")
    browser.language = language
    response = browser.get(path)
    shown = page(response)
    assert first(response, "html").attributes["lang"] == language
    assert not shown.css("script, style, [style], [onclick]")
    for control in shown.css("main input:not([type=hidden]), main select, main textarea"):
        assert control.parent is not None
        assert control.parent.tag == "label"
    policy = response.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.header("cache-control") == "no-store"
    assert shown.css_first("meta[name=viewport]")
    text = first(response, "main").text()
    assert bool(re.search("[а-я]", text)) == (language != "en") or path == "/staff/appointments"


def test_the_language_switch_is_remembered(installation: Installation) -> None:
    browser = signed_in(installation, "precinct")
    browser.get("/staff/?lang=ru")
    assert first(browser.get("/staff/"), "html").attributes["lang"] == "ru"


def test_the_stylesheet_is_there(installation: Installation) -> None:
    response = Browser(router_of(installation)).get("/staff/style.css")
    assert (response.status, response.header("content-type")) == (200, "text/css; charset=utf-8")
