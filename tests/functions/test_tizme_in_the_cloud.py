"""Find my station where the index lies in the cloud: many processes, one limit, the same steps whatever is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from functions import lambda_shell
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import tizme_door
from functions.tizme import lambda_handler as tizme
from functions.web import Request, Response, Router
from shailoo.adapters.aws import session
from shailoo.adapters.memory import Fault
from shailoo.assembly import Installation
from shailoo.cloud import CloudInstallation
from tests.adapters.aws.emulated import cloud
from tests.adapters.aws.finder_scene import Hands, Scene
from tests.functions.test_lambda import Context, event
from tests.keys.desk import bad, good
from tests.voters.finder_people import PEOPLE
from tests.voting import SMALL

PIN, SURNAME, STATION = PEOPLE[0]
NOBODY = "29999199900000"
QUEUED = PEOPLE[3]
BROWSER = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
PROGRAM = {"accept": "application/json", "content-type": "application/json"}


@dataclass(frozen=True)
class Timed(CloudInstallation):
    """An installation in the cloud whose clock is the test's."""

    hands: Hands

    @property
    def clock(self) -> Hands:
        return self.hands


@dataclass
class Office:
    """A home with an index, and the cloud to which it was put."""

    scene: Scene
    home: Path
    environment: Path

    def process(self) -> Router:
        """A new process of the function."""
        return tizme_door(Timed(self.scene.settings, self.scene.clock), RefusalCounter())

    @property
    def arguments(self) -> list[str | Path]:
        return ["voters", "finder-to-cloud", "--dir", self.home, "--environment", self.environment]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    home = tmp_path / "home"
    Installation.create(home, [SMALL]).close()
    with cloud() as made:
        monkeypatch.setattr(session, "make_client", lambda service, _: made.client(service))
        scene = Scene(made, home / "voters" / "finder")
        monkeypatch.setattr("shailoo.adapters.aws.finder_load.GRACE_S", 0)
        settings = (home / "settings.json").read_bytes()
        made.client("s3").put_object(Bucket=scene.settings.state_bucket, Key="settings.json", Body=settings)
        said = scene.settings.model_dump(exclude_none=True, exclude={"home"})
        environment = tmp_path / "cloud.env"
        environment.write_text("".join(f"SHAILOO_{name.upper()}={value}\n" for name, value in said.items()))
        yield Office(scene, home, environment)


@pytest.fixture
def served(office: Office) -> Office:
    """The index was put into the cloud by the command, its secret by the operator."""
    office.scene.index(PEOPLE)
    office.scene.put_secret()
    good(*office.arguments)
    return office


def ask(router: Router, pin: str, surname: str, client: str = "192.0.2.1", language: str = "en") -> Response:
    body = urlencode({"pin": pin, "surname": surname, "lang": language}).encode()
    return router.handle(Request("POST", "/api/tizme/station", {}, BROWSER, body, client=client))


def ask_json(router: Router, pin: str, surname: str, client: str = "192.0.2.1") -> Response:
    body = json.dumps({"pin": pin, "surname": surname}).encode()
    return router.handle(Request("POST", "/api/tizme/station", {}, PROGRAM, body, client=client))


def test_the_command_says_what_it_did_and_nothing_of_anybody(office: Office) -> None:
    office.scene.index(PEOPLE)
    told = good(*office.arguments, "--json")
    said = json.loads(told)
    assert (said["rows"], said["version"], said["load"], said["written"]) == (3, 1, 1, 3)
    assert json.loads(good(*office.arguments, "--json"))["written"] == 0
    assert not any(word in told for person in PEOPLE for word in person[:2])
    office.scene.index([(PIN, SURNAME, "1003")], 2)
    assert json.loads(good(*office.arguments, "--json"))["removed"] == 3


def test_without_an_index_at_home_or_a_table_there_the_command_says_what_is_missing(office: Office) -> None:
    assert "voters publish" in str(bad(*office.arguments))
    office.scene.index(PEOPLE)
    office.environment.write_text(
        "".join(line + "\n" for line in office.environment.read_text().splitlines() if "FINDER_TABLE" not in line)
    )
    assert "SHAILOO_FINDER_TABLE" in str(bad(*office.arguments))


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_somebody_on_a_list_sees_where_to_go(served: Office, language: str) -> None:
    router = served.process()
    page = ask(router, PIN, SURNAME, language=language)
    at = ("ky", "ru", "en").index(language)
    assert page.status == 200
    assert ("Манас көчөсү, 12", "улица Манаса, 12", "12 Manas street")[at] in page.body.decode()
    told = json.loads(ask_json(router, PIN, SURNAME).body)
    assert (told["found"], told["station"]["station"]) == (True, STATION)


def test_an_unknown_pin_and_a_wrong_surname_get_the_same_bytes_by_the_same_requests(served: Office) -> None:
    router, asked = served.process(), served.scene.cloud.wires["dynamodb"].asked
    ask(router, PIN, SURNAME)  # what is read once and kept is read now
    answers, steps = [], []
    for pin, surname in ((NOBODY, SURNAME), (PIN, "Бекова"), (PEOPLE[1][0], SURNAME), QUEUED[:2]):
        asked.clear()
        answers.append(ask(router, pin, surname))
        steps.append(list(asked))
    assert answers == [answers[0]] * 4
    assert answers[0].status == 200
    assert steps == [["GetItem", "PutItem", "GetItem", "PutItem", "GetItem"]] * 4
    asked.clear()
    assert b"1002" in ask(router, *PEOPLE[1][:2]).body
    assert asked == steps[0]


def test_processes_count_together_and_alike_whether_or_not_anybody_has_the_pin(served: Office) -> None:
    processes = [served.process() for _ in range(3)]
    for number, pin in enumerate((PIN, NOBODY)):
        asked = [ask(processes[at % 3], pin, "Бекова", f"198.51.100.{9 * number + at}") for at in range(7)]
        assert [answer.status for answer in asked] == [200] * 5 + [429] * 2
        assert asked[-1].header("retry-after") == "4500"
    assert ask(served.process(), PIN, SURNAME, "203.0.113.1").status == 429
    served.scene.clock.forward(4500)
    assert ask(served.process(), PIN, SURNAME, "203.0.113.1").status == 200


def test_an_address_may_ask_twenty_times_in_ten_minutes_whichever_process_answers(served: Office) -> None:
    processes = [served.process() for _ in range(2)]
    asked = [ask(processes[at % 2], f"2999919990{at:04}", "Бекова", "192.0.2.7") for at in range(22)]
    assert [answer.status for answer in asked] == [200] * 20 + [429] * 2


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_when_a_store_fails_the_question_is_not_answered_and_no_more_are_let_through(
    served: Office, at: int, when: str
) -> None:
    router, wire = served.process(), served.scene.cloud.wires["dynamodb"]
    ask(router, NOBODY, SURNAME)
    wire.plan.add(*[Fault()] * at, Fault("before" if when == "before" else "after"))
    first = ask(router, PIN, SURNAME, "192.0.2.9")
    assert wire.plan.spent >= 1
    # A swap whose answer was lost looks whether it had arrived, and then counts once.
    assert first.status == (200 if when == "after" and at in (1, 3) else 503)
    assert PIN not in first.body.decode()
    wire.plan.add(*[Fault()] * 99)
    later = [ask(router, PIN, SURNAME, f"192.0.2.{20 + n}").status for n in range(6)]
    assert 4 <= later.count(200) + (first.status == 200) <= 5
    assert set(later) <= {200, 429}


def test_what_is_no_question_is_not_counted_and_before_there_is_an_index_the_answer_is_come_again(
    office: Office,
) -> None:
    router = office.process()
    assert router.handle(Request("GET", "/api/tizme/station", {}, BROWSER)).status == 200
    not_yet = ask(router, PIN, SURNAME)
    assert (not_yet.status, not_yet.code) == (503, "index-not-ready")
    assert "Find yours by address" in not_yet.body.decode()
    office.scene.index(PEOPLE)
    office.scene.put_secret()
    good(*office.arguments)
    for _ in range(30):
        assert ask(router, "1", SURNAME).status == 422
    assert ask(router, PIN, SURNAME).status == 200


def test_nothing_of_a_question_stands_in_the_table_or_in_what_the_function_writes_down(
    served: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = Timed(served.scene.settings, served.scene.clock)
    monkeypatch.setattr("functions.lambda_shell.home", lambda: installation)
    handler = lambda_shell.lambda_handler_for("tizme", lambda: lambda_shell.routes_of(tizme_door))
    body = urlencode({"pin": PIN, "surname": SURNAME}).encode()
    headers = {**BROWSER, "x-forwarded-for": "203.0.113.77, 203.0.113.78"}
    for at in range(8):
        if at == 2:
            served.scene.cloud.wires["dynamodb"].plan.add(Fault("before"))
        handler(event("POST", "/api/tizme/station", body, headers=headers), Context())  # type: ignore[arg-type]  # the part that is read
    written = "".join(capsys.readouterr())
    table = served.scene.settings.need("items_table")
    kept = repr(served.scene.cloud.client("dynamodb").scan(TableName=table)["Items"])
    assert "asked/pin/" in kept
    assert '"status":200' in written.replace(" ", "")
    for text in (written, kept):
        assert not any(word in text for word in (PIN, SURNAME, "203.0.113", "192.0.2"))


def test_the_function_of_the_package_is_this_door() -> None:
    assert callable(tizme.lambda_handler)
