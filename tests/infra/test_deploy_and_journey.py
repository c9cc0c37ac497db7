"""The template as it stands, deployed to an emulator: a night over HTTP, from ballot boxes to whoever verifies.

Roles are held to their policies, everything goes over TLS, functions run in processes of their own from their packages.
What an emulator cannot show, docs/aws-emulator.md tells, and which test shows it instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import sha256

import psutil
import pytest
from joserfc.jwk import RSAKey

from rehearsal.packages import find_package
from shailoo.records.case_receipt import read_case_receipt
from shailoo.records.note import SignedNote
from shailoo.rules.cache_classes import cache_class
from tests.adapters.aws.finder_scene import crowd
from tests.infra.case_day import AIDA, HEARD, Applicant
from tests.infra.cloud_night import CloudNight, verify
from tests.infra.cloud_voters import CloudVoters
from tests.infra.commission_day import SHEET, CommissionDay
from tests.infra.deployed import STAGE, Cloud, deploy_to
from tests.infra.emulator import Emulator, emulator
from tests.infra.host_packages import build
from tests.infra.provider import Provider, provider

pytestmark = [
    pytest.mark.night,
    # The provider of identities runs in this process and uses a part of a library that is announced to go.
    pytest.mark.filterwarnings("ignore:get_jwt_config"),
]
ELECTION = "small"
KILLS = 3
PEOPLE = crowd(300)
"""On the lists of three stations; nobody of them exists."""


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with emulator() as started:
        yield started


@pytest.fixture(scope="module")
def people() -> Iterator[Provider]:
    with provider() as started:
        yield started


@pytest.fixture(scope="module")
def cloud(running: Emulator, people: Provider, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    folder = tmp_path_factory.mktemp("cloud")
    return deploy_to(running, folder, [find_package(ELECTION)], build, issuer=people.issuer)


@pytest.fixture(scope="module")
def night(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> CloudNight:
    """Every box has sent its final report, and all of them are public."""
    played = CloudNight(cloud, ELECTION, tmp_path_factory.mktemp("boxes"))
    played.play_boxes()
    played.open()
    assert played.send() == []
    played.wait("what the boxes sent", played.all_public)
    return played


@pytest.fixture(scope="module")
def day(night: CloudNight, people: Provider) -> Iterator[CommissionDay]:
    """Members of commissions have signed in at their provider."""
    with CommissionDay(night, people) as begun:
        yield begun


def test_everything_of_the_template_stands(running: Emulator, cloud: Cloud) -> None:
    stacks = running.client("cloudformation")
    (stack,) = stacks.describe_stacks(StackName=f"shailoo-{STAGE}")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"  # the second deployment found nothing to change
    assert {one["OutputKey"] for one in stack["Outputs"]} == set(cloud.outputs)
    pages = stacks.get_paginator("list_stack_resources").paginate(StackName=f"shailoo-{STAGE}")
    made = {one["LogicalResourceId"]: one["ResourceStatus"] for page in pages for one in page["StackResourceSummaries"]}
    assert {"RecordsTable", "IntakeFunction", "PublisherFunction", "ResultsSite", "LogKey", "Tick"} <= made.keys()
    assert {status.partition("_")[2] for status in made.values()} == {"COMPLETE"}


def test_nothing_listens_beyond_the_loopback(running: Emulator, night: CloudNight) -> None:
    del night
    processes = [psutil.Process(running.process.pid), *running.workers()]
    assert len(processes) > 1
    doors = [one.laddr for process in processes for one in process.net_connections() if one.status == "LISTEN"]
    assert [(door.ip, door.port) for door in doors] == [("127.0.0.1", running.port)]


def test_every_box_has_a_receipt_and_the_public_totals_are_what_it_counted(night: CloudNight) -> None:
    assert {receipt.outcome for receipt in night.receipts.values()} == {"accepted"}
    audit = night.compared()
    assert (audit.published, audit.lost, audit.held, audit.conflicts) == (len(night.boxes), [], 0, 0)
    assert audit.differences == []
    assert audit.totals["pr"]["votes"] == {"1": 360, "2": 310, "3": 215, "4": 49, "5": 34}


def test_a_stranger_verifies_the_site_with_the_key_that_the_cloud_gives_out(cloud: Cloud, night: CloudNight) -> None:
    with night.public.served() as address:
        said = verify(address, vkey=cloud.log_verifier.vkey())
    assert said["ok"], said["broken"]
    assert said["elections"] == [ELECTION]
    assert said["log"]["origin"] == f"{cloud.host}/results/log"


def test_every_public_file_says_how_long_it_may_be_kept(cloud: Cloud, night: CloudNight) -> None:
    client, wrong = cloud.clients("s3"), []
    for key in night.public.keys("results/data/"):
        said = client.head_object(Bucket=night.public.name, Key=key)["CacheControl"]
        if said != cache_class(key):
            wrong.append((key, said))
    assert wrong == []


def test_the_same_bytes_again_get_the_same_receipt_and_change_nothing(cloud: Cloud, night: CloudNight) -> None:
    sealed = night.sealed(night.boxes[0])
    with cloud.door() as door:
        answers = [door.post(f"/api/intake/{ELECTION}", content=sealed) for _ in range(3)]
        health = door.get("/api/health").json()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    with cloud.door() as door:
        assert door.get("/api/health").json() == health


def test_what_is_no_report_is_refused_in_the_one_shape(cloud: Cloud) -> None:
    with cloud.door() as door:
        refused = door.post(f"/api/intake/{ELECTION}", content=b"no report", headers={"Accept-Language": "ru"})
        nowhere = door.get("/api/nowhere")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-envelope")
    assert refused.headers["content-language"] == "ru"
    assert nowhere.status_code == 404


def test_news_that_come_twice_or_out_of_order_publish_nothing_new(cloud: Cloud, night: CloudNight) -> None:
    keys = [f"report/{ELECTION}/{box}/final" for box in night.boxes]
    news = [
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "key"}, "sk": {"S": key}}, "SequenceNumber": str(at)}}
        for at, key in enumerate(keys)
    ]
    before = night.fetch("pointer.json")
    for batch in (news, news, news[::-1], news[2:4] + news[:3]):
        assert cloud.call("herald", {"Records": batch}) == {"batchItemFailures": []}
    night.wait("an empty queue", lambda: night.waiting() == 0)
    assert night.fetch("pointer.json") == before


def test_functions_killed_in_the_night_lose_nothing_that_was_acknowledged(
    running: Emulator, cloud: Cloud, night: CloudNight
) -> None:
    killed = [running.kill_workers()]  # whoever sends now finds nobody
    failed: list[str] = []
    sent = threading.Event()

    def kill() -> None:
        while not failed and not sent.is_set():  # no process lives long enough to answer, until a sender has noticed
            killed.append(running.kill_workers("shailoo-journey-intake"))
        for _ in range(KILLS):
            if not sent.is_set():
                killed.append(running.kill_workers())
            sent.wait(0.2)

    hand = threading.Thread(target=kill)
    hand.start()
    night.send(kind="annex", failed=failed)  # each box asks again until it has a receipt that verifies
    sent.set()
    hand.join()
    assert sum(killed) > 1
    assert failed
    night.shorten_the_wait()
    night.wait("the annexes", night.all_annexes_public)
    with night.public.served() as address:
        assert verify(address, vkey=cloud.log_verifier.vkey())["ok"]


def test_a_paper_goes_from_the_precinct_to_the_public_page_though_the_copyist_is_killed(
    running: Emulator, cloud: Cloud, night: CloudNight, day: CommissionDay
) -> None:
    address = day.upload(SHEET)
    night.wait("a message in the copyist's hand", lambda: day.in_hand() or day.copied(address))
    running.kill_workers("shailoo-journey-copyist")
    cloud.tick()  # its message comes again after minutes; what it spoke of is found before
    night.wait("a copy", lambda: day.copied(address))
    assert day.public_paper(SHEET) is None
    day.approve(address)
    night.wait("the paper's page", lambda: day.public_paper(SHEET) is not None)
    told = day.public_paper(SHEET)
    assert told is not None
    shown = night.public.read(told["file"].removeprefix("/"))
    assert shown is not None, told
    assert (sha256(shown).hexdigest(), len(shown)) == (told["sha256"], told["bytes"])
    assert len(shown) < 500_000  # nothing of what was attached to the scan


def test_a_word_to_the_copyist_that_is_lost_delays_a_copy_by_a_tick(
    cloud: Cloud, night: CloudNight, day: CommissionDay
) -> None:
    day.deaf(deaf=True)
    address = day.upload("smd-1")
    night.wait("a word to the copyist", lambda: day.words() > 0)
    day.lose_messages()
    day.deaf(deaf=False)
    assert not day.copied(address)
    cloud.tick()
    night.wait("a copy", lambda: day.copied(address))


def test_a_protocol_that_two_people_key_stands_on_the_page_with_its_figures(
    cloud: Cloud, night: CloudNight, day: CommissionDay
) -> None:
    day.key(day.precinct)
    assert day.agreed() is None
    day.key(day.above)
    night.wait("the protocol", lambda: day.agreed() is not None)
    assert day.agreed() == day.figures
    night.wait("pages that may follow later", lambda: night.waiting() == 0 and night.all_public())
    with night.public.served() as where:
        said = verify(where, vkey=cloud.log_verifier.vkey())
    assert said["ok"], said["broken"]


@pytest.fixture(scope="module")
def aida(cloud: Cloud, people: Provider) -> Iterator[Applicant]:
    """A voter who signed in at the voters' provider."""
    with cloud.door("PeopleApiUrl") as door:
        applicant = Applicant(cloud, door)
        applicant.sign_in(people.issuer, "aida")
        yield applicant


def test_an_application_goes_from_the_voter_over_the_precinct_into_the_record_and_back(
    running: Emulator, cloud: Cloud, night: CloudNight, day: CommissionDay, aida: Applicant
) -> None:
    filed = aida.apply(ELECTION, day.station)
    note = SignedNote.parse(filed["receipt"].encode())
    note.verify(cloud.receipt_verifier)
    told = read_case_receipt(note.text)
    assert (told.number, told.body, told.kind) == (filed["number"], f"pec-{day.station}", "outside-premises")
    assert aida.receipt(filed["code"], "note").text == filed["receipt"]
    assert aida.receipt(filed["code"], "pdf").content.startswith(b"%PDF-")
    assert aida.stands(filed["code"])["status"] == "to-identify"
    shown = day.precinct.get(f"/staff/cases/{filed['number']}").text
    assert HEARD in shown
    passport = {"passport_seen": "yes", "cause": "device-down"}
    day.act(day.precinct, filed["number"], "identify-by-passport", 0, **passport)
    running.kill_workers(f"shailoo-{STAGE}-staff")  # whoever confirms knows of the proposal from the record alone
    day.act(day.another(), filed["number"], "confirm", 1)
    assert aida.stands(filed["code"])["status"] == "received"
    day.act(day.precinct, filed["number"], "take-up", 2)
    running.kill_workers(f"shailoo-{STAGE}-cases")
    assert aida.stands(filed["code"])["status"] == "processing"
    cloud.tick()
    night.wait("the publisher's word on it", lambda: night.waiting() == 0 and night.all_public())
    with night.public.served() as where:
        said = verify(where, vkey=cloud.log_verifier.vkey())
    assert said["ok"], said["broken"]


def test_what_the_voter_wrote_is_in_the_private_bucket_alone(cloud: Cloud, night: CloudNight, aida: Applicant) -> None:
    del aida
    s3, kept = cloud.clients("s3"), []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=cloud.outputs["PrivateBucketName"]):
        kept += [one["Key"] for one in page.get("Contents", ())]
    assert len(kept) == 2  # the application, and by what they identified her
    logs = "".join(
        one["message"]
        for function in ("cases", "staff")
        for one in cloud.clients("logs").filter_log_events(logGroupName=f"/shailoo/{STAGE}/{function}")["events"]
    )
    assert "/api/cases/file/{kind}" in logs
    tables = [
        cloud.clients("dynamodb").scan(TableName=cloud.outputs[f"{one}TableName"]) for one in ("Records", "Items")
    ]
    public = b"".join(night.public.read(key) or b"" for key in night.public.keys("results/data/"))
    for text in (logs, cloud.log(), repr(tables), public.decode("utf-8", "replace")):
        assert not any(one in text for one in (HEARD, *AIDA.values()))


def test_the_whole_interface_is_described_in_the_cloud(cloud: Cloud) -> None:
    with cloud.door("PeopleApiUrl") as door:
        paths = door.get("/api/openapi.json").json()["paths"]
    assert {"/api/intake/{election}", "/api/tizme/station", "/api/cases/status", "/api/cabinet/login"} <= paths.keys()


def test_a_program_of_a_commission_is_let_in_by_a_token_of_the_provider(
    cloud: Cloud, day: CommissionDay, people: Provider
) -> None:
    page = f"/api/staff/turnout/{ELECTION}/{day.station}"
    good = people.token(day.subject)
    tokens = {
        "of a member": good,
        "of somebody without a commission": people.token("somebody"),
        "for another client": people.token(day.subject, audience="another"),
        "under another's key": people.token(day.subject, key=RSAKey.generate_key(2048)),
        "spoilt": good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:],
    }
    with cloud.door("PeopleApiUrl") as door:
        said = {who: door.get(page, headers={"authorization": f"Bearer {one}"}) for who, one in tokens.items()}
        said["without one"] = door.get(page)
    assert {who: answer.status_code for who, answer in said.items()} == {
        "of a member": 200,
        "of somebody without a commission": 403,
        "for another client": 401,
        "under another's key": 401,
        "spoilt": 401,
        "without one": 401,
    }
    assert day.station in said["of a member"].text


def test_a_publisher_that_fails_again_and_again_leaves_its_message_among_the_dead_and_the_next_one_finds_all(
    cloud: Cloud, night: CloudNight
) -> None:
    night.shorten_the_wait(tries=2)
    functions, name = cloud.clients("lambda"), f"shailoo-{STAGE}-publisher"
    good = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**good, "SHAILOO_PUBLIC_BUCKET": "no-such-bucket"}}
    )
    before = night.fetch("pointer.json")["version"]
    try:
        night.enter_turnout(night.boxes[0])
        night.wait("a message among the dead", lambda: night.dead() > 0)
        assert night.fetch("pointer.json")["version"] == before
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": good})
    cloud.tick()
    night.wait("what the dead message spoke of", lambda: night.fetch("pointer.json")["version"] > before)


@pytest.fixture(scope="module")
def voters(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> CloudVoters:
    """The index of made-up people was put into the cloud from the commission's own machine, with its own role."""
    return CloudVoters.served(cloud, PEOPLE, tmp_path_factory.mktemp("voters") / "cloud.env")


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("page", [True, False], ids=["form", "json"])
def test_a_voter_finds_the_station_by_pin_and_surname_and_nobody_by_pin_alone(
    voters: CloudVoters, language: str, *, page: bool
) -> None:
    pin, surname, station = PEOPLE[("ky", "ru", "en").index(language) + 3 * page]
    found, other, alone = (
        voters.ask(pin, name, language, "203.0.113.1", page=page) for name in (surname, "Бекова", "")
    )
    assert (found.status_code, other.status_code, alone.status_code) == (200, 200, 422)
    assert found.headers["cache-control"] == "no-store"
    street = {"ky": "Манас көчөсү, 12", "ru": "улица Манаса, 12", "en": "12 Manas street"}[language]
    assert str(station) in found.text
    if page:
        assert street in found.text
        assert street not in other.text
    else:
        assert found.json()["station"]["address"][language] == street
        assert other.json() == {"found": False}


def test_the_sixth_question_with_a_pin_is_refused_whichever_process_answers(
    running: Emulator, voters: CloudVoters
) -> None:
    statuses = []
    for at in range(6):
        answer = voters.ask(*PEOPLE[50][:2], "en", f"198.51.100.{at}")
        statuses.append(answer.status_code)
        if at == 2:
            assert running.kill_workers(f"shailoo-{STAGE}-tizme")  # whoever answers next has counted nothing itself
    assert statuses == [200] * 5 + [429]
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("too-many-questions", "4500")


def test_a_newer_list_replaces_the_older_and_nothing_of_that_is_left(running: Emulator, voters: CloudVoters) -> None:
    pin, surname, _ = PEOPLE[60]
    voters.index([*PEOPLE[:60], (pin, surname, "1003"), *PEOPLE[70:]], 2)
    done = voters.load_at_once()
    assert (done.load, done.written, done.removed) == (2, len(PEOPLE) - 9, len(PEOPLE))
    running.kill_workers(f"shailoo-{STAGE}-tizme")  # nobody goes by the older one any more
    assert voters.ask(pin, surname, "en", "198.51.100.60").json()["station"]["station"] == "1003"
    assert voters.ask(*PEOPLE[61][:2], "en", "198.51.100.61").json() == {"found": False}


def test_nothing_of_a_question_is_written_down_anywhere(cloud: Cloud, voters: CloudVoters) -> None:
    del voters
    logs = cloud.clients("logs").filter_log_events(logGroupName=f"/shailoo/{STAGE}/tizme")["events"]
    written = cloud.log() + "".join(one["message"] for one in logs)
    assert "/api/tizme/station" in written
    items = cloud.clients("dynamodb").scan(TableName=cloud.outputs["ItemsTableName"])["Items"]
    assert any(row["name"]["S"].startswith("asked/pin/") for row in items)
    for text in (written, repr(items)):
        assert not any(one in text for one in (*(pin for pin, *_ in PEOPLE), "Асанов", "198.51.100"))


def test_the_emulator_is_gone_with_whoever_started_it() -> None:
    with emulator() as started:
        process = psutil.Process(started.process.pid)
        assert started.process.stdin is not None
        started.process.stdin.close()  # what the end of its parent is to it
        process.wait(timeout=30)
        assert not process.is_running()
