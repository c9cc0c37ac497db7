"""What a voter sees in the cabinet, and that nobody else sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shailoo.assembly import CitizenProvider, Installation
from shailoo.model.case_calendar import Window
from shailoo.records.case_code import write_code
from shailoo.records.tlog import BadProof
from shailoo.records.voter_commitment import verify_voter
from shailoo.records.voter_proof import read_voter_proof
from shailoo.usecases.act_on_case import Doing, act_as_official
from shailoo.usecases.case_desk import applicant_of
from shailoo.usecases.file_case import Filing, file_case
from tests.functions.browser import router_of
from tests.functions.cabinet_scene import (
    AIDA,
    OPEN,
    Voter,
    aida,
    bring_list,
    installation_with,
    official,
    publish_entries,
    tell,
)
from tests.voters.list_scene import Scene, row

HERE = "/api/cabinet/"
OTHERS = [row(n) for n in range(2, 9)]
FORMS: Mapping[str, dict[str, object]] = {
    "electoral-address": {"settlement": "s1", "street": "Манас", "house": "1", "since": "work"},
    "voter-mistake": {"what": "name", "right": "Асанова"},
    "voter-disability": {"need": "step-free"},
}


@pytest.fixture
def home(tmp_path: Path, issuer: str) -> Iterator[Installation]:
    tell(issuer, "aida", AIDA)
    tell(issuer, "bakyt", {**AIDA, "pin": OTHERS[0]["pin"], "family_name": "Бакытов"})
    provider = CitizenProvider(issuer=issuer, client_id="cabinet")
    with installation_with(tmp_path / "i", provider, secret="s") as opened:
        yield opened


@pytest.fixture
def scene(home: Installation) -> Scene:
    return bring_list(home, aida(), *OTHERS)


@pytest.fixture
def voter(home: Installation, scene: Scene) -> Voter:
    assert scene.reader.made()
    signed_in = Voter(router_of(home))
    signed_in.sign_in("aida")
    return signed_in


def filed(home: Installation, issuer: str, kind: str, station: str = "1001", *, code: int = 1) -> str:
    """Aida files a case; returns its id."""
    filing = Filing(
        kind=kind,
        election="small",
        station=station,
        fields=FORMS[kind],
        code=write_code(bytes([code]) * 13),
        applicant=applicant_of(home.person_key, issuer, "aida"),
        person={"pin": AIDA["pin"], "surname": "Асанова", "name": "Аида", "birth": "1990-01-01"},
    )
    home.registry.follow(home.store)
    return file_case(filing, home.case_desk, now=home.clock.now()).standing.filed.case


def granted(home: Installation, case: str, station: str = "1001", **fields: object) -> None:
    """The precinct identifies, the territorial commission grants."""
    election = home.elections["small"]
    precinct = official("p", f"pec-{station}", "precinct", home)
    tec = official("t", election.station_by_no[station].tec, "territorial", home)
    now = home.clock.now()
    act_as_official(case, Doing("identify", 0, device="D-1"), home.case_desk, precinct, now=now)
    act_as_official(case, Doing("grant", 1, fields), home.case_desk, tec, now=now)


def test_the_first_page_tells_station_and_entry(voter: Voter) -> None:
    page = voter.text(HERE)
    assert "You vote at polling station No. 1001" in page
    for told in ("Асанова", "Аида", "Бакытовна", "1 January 1990", "Ak-Zhar village, көч. Манас, 12, flat 3"):
        assert told in page
    assert "12 Manas street" in page
    assert "On the list of station No. 1001 from its first version on" in page


def test_nobody_sees_another_persons_cabinet(voter: Voter, home: Installation, issuer: str) -> None:
    case = filed(home, issuer, "electoral-address")
    home.case_index.follow(home.store)
    standing = home.case_index.case(case)
    assert standing is not None
    other = Voter(router_of(home))
    other.sign_in("bakyt")
    assert "Асанова" not in other.text(HERE)
    for address in ("", "/receipt"):
        assert voter.get(f"{HERE}case/{standing.number}{address}").status == 200
        assert other.get(f"{HERE}case/{standing.number}{address}").status == 404
    other.get(HERE)
    assert other.post(f"{HERE}case/{standing.number}/cancel", {"seen": "0"}).status == 404
    none, others = (other.get(f"{HERE}case/{one}").body.decode() for one in (999_999, standing.number))
    assert none.replace("999999", "N") == others.replace(f"case/{standing.number}", "case/N")


@pytest.mark.parametrize("address", ["memo", "proof", "proof.json", "case/1", "case/1/receipt"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(home: Installation, address: str) -> None:
    stranger = Voter(router_of(home))
    led = stranger.get(f"{HERE}{address}")
    assert (led.status, led.header("location")) == (303, f"/api/cabinet/login?next={HERE}{address}")
    assert Voter(router_of(home), accept="application/json").get(f"{HERE}{address}").status == 401


def test_a_form_of_another_site_does_nothing(voter: Voter, home: Installation, issuer: str) -> None:
    filed(home, issuer, "electoral-address")
    before = home.store.last()
    assert voter.post(f"{HERE}case/{before}/cancel", {"seen": "0"}, token="other").status == 403
    assert home.store.last() == before


def test_what_was_granted_is_shown_at_once_and_the_list_follows_with_its_next_version(
    voter: Voter, home: Installation, scene: Scene, issuer: str
) -> None:
    case = filed(home, issuer, "electoral-address", "1002")
    assert "You vote at polling station No. 1001" in voter.text(HERE)
    granted(home, case, "1002")
    page = voter.text(HERE)
    assert "You vote at polling station No. 1002" in page
    assert "The public list shows it from its next version on" in page
    assert "<ins>No. 1002</ins>" in page
    scene.folder.carry(home.wishes())
    publish_entries(home, scene)
    page = voter.text(HERE)
    assert "You vote at polling station No. 1002" in page
    assert "from its next version on" not in page
    assert "From station No. 1001 to station No. 1002" in page


def test_what_was_withdrawn_counts_no_longer(voter: Voter, home: Installation, issuer: str) -> None:
    granted(home, filed(home, issuer, "electoral-address", "1002"), "1002")
    voter.get(HERE)
    number = next(iter(home.case_index)).number
    voter.text(f"{HERE}case/{number}")
    assert voter.post(f"{HERE}case/{number}/withdraw", {"seen": "2"}).status == 303
    assert "You vote at polling station No. 1001" in voter.text(HERE)
    assert "Granted, and withdrawn by the citizen" in voter.text(f"{HERE}case/{number}")


def test_corrected_data_stand_beside_those_of_the_list(voter: Voter, home: Installation, issuer: str) -> None:
    case = filed(home, issuer, "voter-mistake")
    granted(home, case, surname="Асанбекова")
    assert "<del>Асанова</del> <ins>Асанбекова</ins>" in voter.text(HERE)


def test_a_question_of_the_commission_is_answered_here(voter: Voter, home: Installation, issuer: str) -> None:
    case = filed(home, issuer, "electoral-address")
    precinct = official("p", "pec-1001", "precinct", home)
    tec = official("t", home.elections["small"].station_by_no["1001"].tec, "territorial", home)
    now = home.clock.now()
    act_as_official(case, Doing("identify", 0, device="D-1"), home.case_desk, precinct, now=now)
    act_as_official(case, Doing("ask", 1, reason="Which house is it?"), home.case_desk, tec, now=now)
    voter.get(HERE)
    number = next(iter(home.case_index)).number
    page = voter.text(f"{HERE}case/{number}")
    assert "Which house is it?" in page
    empty = voter.post(f"{HERE}case/{number}/mend", {"seen": "2", "answer": " "})
    assert empty.status == 422
    assert "Write your answer." in empty.body.decode()
    assert voter.post(f"{HERE}case/{number}/mend", {"seen": "1", "answer": "12a"}).status == 409
    assert voter.post(f"{HERE}case/{number}/mend", {"seen": "2", "answer": "12a"}).status == 303
    assert "Being processed" in voter.text(f"{HERE}case/{number}")
    assert voter.post(f"{HERE}case/{number}/grant", {"seen": "3"}).status == 403


def test_kinds_are_offered_on_their_days_alone(tmp_path: Path, issuer: str) -> None:
    tell(issuer, "aida", AIDA)
    windows = {
        **{name: OPEN[name] for name in list(OPEN)[:3]},
        "voter-disability": Window(first=date(2025, 5, 1), last=date(2025, 5, 2)),
        "remote-station": Window(first=date(2025, 4, 1), last=date(2025, 4, 2)),
    }
    provider = CitizenProvider(issuer=issuer, client_id="cabinet")
    with installation_with(tmp_path / "i", provider, secret="s", windows=windows) as home:
        voter = Voter(router_of(home))
        voter.sign_in("aida")
        page = voter.text(HERE)
    assert page.count("/api/cases/new/") == 3
    assert "Can be filed until 15 May 2025" in page
    assert "Can be filed from 1 May 2025 to 2 May 2025" in page
    assert "Could be filed until 2 April 2025" in page
    assert "outside" not in page


def test_after_election_day_nothing_is_offered(tmp_path: Path, issuer: str) -> None:
    tell(issuer, "aida", AIDA)
    provider, late = CitizenProvider(issuer=issuer, client_id="cabinet"), datetime(2025, 8, 1, tzinfo=UTC)
    with installation_with(tmp_path / "i", provider, secret="s", now=late) as home:
        voter = Voter(router_of(home))
        voter.sign_in("aida")
        assert "Nothing can be applied for online" in voter.text(HERE)


def test_an_application_begins_at_the_public_door_with_the_same_sign_in(voter: Voter) -> None:
    begun = voter.text("/api/cases/new/voter-disability")
    assert 'name="token"' in begun
    form = {"election": "small", "station": "1001", "lang": "en", "code": "", "step": "0"}
    assert voter.post("/api/cases/new/voter-disability", form).status == 200
    assert voter.post("/api/cases/new/voter-disability", form, token="x").status == 403
    stranger = Voter(voter.router).text("/api/cases/new/voter-disability")
    assert "/api/cabinet/login?next=/api/cases/new/voter-disability" in stranger


def test_the_proof_shows_the_entry_against_the_published_root(voter: Voter, scene: Scene) -> None:
    root = scene.reader.made()[0].salted_root
    page = voter.text(f"{HERE}proof")
    assert root in page
    assert "shailoo verify-entry shailoo-entry-000001.json" in page
    file = voter.get(f"{HERE}proof.json")
    proof = read_voter_proof(file.body)
    assert proof.committed.surname == "Асанова"
    verify_voter(proof, bytes.fromhex(root))
    with pytest.raises(BadProof):
        verify_voter(read_voter_proof(file.body.replace("Асанова".encode(), "Асанов".encode())), bytes.fromhex(root))


def test_the_memo_tells_where_and_when(voter: Voter) -> None:
    page = voter.text(f"{HERE}memo")
    for told in ("Polling station No. 1001", "12 Manas street", "08:00", "Асанова Аида Бакытовна", "1 June 2025"):
        assert told in page
    assert AIDA["pin"] not in page


def test_who_is_on_no_list_is_told_what_to_do(home: Installation) -> None:
    bring_list(home, *OTHERS)
    voter = Voter(router_of(home))
    voter.sign_in("aida")
    page = voter.text(HERE)
    assert "Your entry was not found" in page
    assert "I am missing from the list" in page
    assert voter.get(f"{HERE}memo").status == 404
    assert voter.get(f"{HERE}proof").status == 404


def test_who_is_not_told_by_a_pin_is_not_looked_for(home: Installation, scene: Scene, issuer: str) -> None:
    assert scene.reader.made()
    tell(issuer, "nopin", {key: value for key, value in AIDA.items() if key != "pin"})
    voter = Voter(router_of(home))
    voter.sign_in("nopin")
    assert "did not tell your PIN" in voter.text(HERE)


def test_without_a_published_list_the_cabinet_still_takes_applications(home: Installation) -> None:
    voter = Voter(router_of(home))
    voter.sign_in("aida")
    page = voter.text(HERE)
    assert "Nobody with your PIN is on the published voter list" in page
    assert "/api/cases/new/voter-missing" in page


def test_programs_are_told_the_same_as_json(voter: Voter, home: Installation, issuer: str) -> None:
    filed(home, issuer, "voter-disability")
    voter.accept = "application/json"
    told = json.loads(voter.get(HERE).body)
    assert told["station"] == "1001"
    assert told["entry"]["surname"] == "Асанова"
    assert [(one["kind"], one["status"]) for one in told["cases"]] == [("voter-disability", "to-identify")]
    assert {one["kind"] for one in told["open"]} == set(OPEN)
    assert Voter(voter.router, accept="application/json").get(HERE).status == 401


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_page_speaks_three_languages_and_is_kept_by_no_cache(voter: Voter, language: str) -> None:
    for address in ("", "memo", "proof", "signed-out"):
        page = voter.get(f"{HERE}{address}?lang={language}")
        assert page.header("content-language") == language
        assert page.header("cache-control") == "no-store"
        assert page.header("referrer-policy") == "no-referrer"
        assert "script" not in (page.header("content-security-policy") or "")
    assert voter.cookies["lang"] == language
