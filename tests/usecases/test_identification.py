"""An application counts only once its applicant was identified: by the device, or by two officials and the passport."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from shailoo.adapters.identification.http import HttpDevice
from shailoo.adapters.identification.simulator import SimulatedDevice
from shailoo.adapters.keys import FileNoteSigner, new_note_key
from shailoo.adapters.memory import MemoryObjectStore, MemoryStore
from shailoo.errors import NotFound, ShailooError
from shailoo.ids import StationNo
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.identification import Identification, read_slip
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.records.case_code import write_code
from shailoo.rules.identification import (
    DeviceSilent,
    NoDevice,
    NoSuchReceipt,
    OtherPerson,
    PersonUnknown,
    StaleReceipt,
)
from shailoo.usecases.act_on_case import Doing, act_as_official
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_refusals import ActNotYours, AnotherOfficialWanted, DeviceWanted, NoSuchCase
from shailoo.usecases.file_case import Filed, Filing, file_case
from shailoo.usecases.identify import identified_by, identify
from shailoo.usecases.registry import Registry
from tests.voting import small_election

NOW = datetime(2025, 5, 12, 4, 0, tzinfo=UTC)
HERE, ELSEWHERE = StationNo("1001"), StationNo("1002")
VOTER, NEIGHBOUR = "20101199000017", "10101199000018"
_KEY = new_note_key("commission.example/receipts")


def official(letter: str, commission: str, role: Role) -> tuple[str, list[Appointment]]:
    person = letter * 64
    return person, [Appointment(person=person, commission=commission, role=role, version=1, active=True, entered=NOW)]


ONE = official("a", "pec-1001", "precinct")
OTHER = official("b", "pec-1001", "precinct")
TERRITORIAL = official("c", "tec-1", "territorial")
STRANGER = official("d", "pec-5001", "precinct")


@dataclass
class Precinct:
    """A precinct's table with a device on it."""

    folder: Path
    desk: CaseDesk = field(init=False)
    device: SimulatedDevice = field(init=False)

    def __post_init__(self) -> None:
        election = small_election()
        window = Window(first=date(2025, 5, 1), last=date(2025, 5, 20))
        calendar = CaseCalendar(windows=dict.fromkeys(KINDS, window), marks={"lists-close": date(2025, 5, 27)})
        self.desk = CaseDesk(
            registry=Registry({election.id: election}, threading.Lock()),
            store=MemoryStore(),
            private=MemoryObjectStore(),
            signer=FileNoteSigner(_KEY),
            kinds=KINDS,
            calendars={election.id: calendar},
            draw=os.urandom,
            person_key=bytes(32),
        )
        self.device = SimulatedDevice(self.folder)

    def apply(self, *, pin: str = VOTER) -> Filed:
        """An application on paper."""
        filing = Filing(
            kind="remote-station",
            election="small",
            station=HERE,
            fields={"at": "1002"},
            code=write_code(os.urandom(13)),
            channel="paper",
            person={"pin": pin} if pin else {},
        )
        return file_case(filing, self.desk, now=NOW, by=ONE)

    def identify(
        self,
        filed: Filed,
        who: tuple[str, list[Appointment]] = ONE,
        *,
        number: str | None = None,
        now: datetime = NOW,
    ) -> str:
        standing = filed.standing
        return identify(
            standing.filed.case, len(standing.acts), self.desk, self.device, who, number=number, now=now
        ).status.name


@pytest.fixture
def precinct(tmp_path: Path) -> Precinct:
    return Precinct(tmp_path)


def test_whom_the_device_recognises_has_an_application_that_counts(precinct: Precinct) -> None:
    filed = precinct.apply()
    assert filed.standing.status.name == "to-identify"
    receipt = precinct.device.recognise(HERE, VOTER, NOW)
    done = identify(filed.standing.filed.case, 0, precinct.desk, precinct.device, ONE, number=None, now=NOW)
    assert done.status.name == "received"
    assert identified_by(done, precinct.desk) == receipt.slip()


def test_no_pin_and_no_receipt_number_stand_in_the_feed(precinct: Precinct) -> None:
    filed = precinct.apply()
    receipt = precinct.device.recognise(HERE, VOTER, NOW)
    precinct.identify(filed)
    feed = b"".join(entry.body for entry in precinct.desk.store.feed(0))
    assert VOTER.encode() not in feed
    assert receipt.number.encode() not in feed


def test_a_number_that_somebody_typed_identifies_nobody(precinct: Precinct) -> None:
    filed = precinct.apply()
    with pytest.raises(DeviceWanted):
        act_as_official(
            filed.standing.filed.case, Doing("identify", 0, {"device": "1001-000001"}), precinct.desk, ONE, now=NOW
        )


def test_a_neighbours_finger_does_not_identify_the_applicant(precinct: Precinct) -> None:
    filed = precinct.apply()
    precinct.device.recognise(HERE, NEIGHBOUR, NOW)
    with pytest.raises(OtherPerson) as refused:
        precinct.identify(filed)
    assert VOTER not in str(refused.value)
    assert NEIGHBOUR not in str(refused.value)


def test_the_receipt_is_of_this_station(precinct: Precinct) -> None:
    filed = precinct.apply()
    there = precinct.device.recognise(ELSEWHERE, VOTER, NOW)
    with pytest.raises(NoSuchReceipt):
        precinct.identify(filed, number=there.number)


@pytest.mark.parametrize(
    ("age", "fits"),
    [(timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False), (timedelta(minutes=-6), False)],
    ids=["a day", "more than a day", "a receipt from the future"],
)
def test_an_identification_holds_for_a_day(precinct: Precinct, age: timedelta, fits: bool) -> None:
    filed = precinct.apply()
    precinct.device.recognise(HERE, VOTER, NOW - age)
    if fits:
        assert precinct.identify(filed) == "received"
    else:
        with pytest.raises(StaleReceipt):
            precinct.identify(filed)


def test_an_older_receipt_is_found_by_its_number(precinct: Precinct) -> None:
    filed = precinct.apply()
    mine = precinct.device.recognise(HERE, VOTER, NOW)
    precinct.device.recognise(HERE, NEIGHBOUR, NOW)
    assert precinct.identify(filed, number=mine.number) == "received"


def test_who_names_no_pin_is_identified_by_passport(precinct: Precinct) -> None:
    filed = precinct.apply(pin="")
    precinct.device.recognise(HERE, VOTER, NOW)
    with pytest.raises(PersonUnknown):
        precinct.identify(filed)


@pytest.mark.parametrize(
    ("who", "refusal"), [(TERRITORIAL, ActNotYours), (STRANGER, NoSuchCase)], ids=["territorial", "another precinct"]
)
def test_only_the_precinct_of_the_station_identifies(
    precinct: Precinct, who: tuple[str, list[Appointment]], refusal: type[ShailooError]
) -> None:
    filed = precinct.apply()
    precinct.device.recognise(HERE, VOTER, NOW)
    with pytest.raises(refusal):
        precinct.identify(filed, who)


def test_a_silent_device_changes_nothing_and_two_officials_with_the_passport_do_without_it(precinct: Precinct) -> None:
    filed = precinct.apply()
    precinct.device.down = True
    with pytest.raises(DeviceSilent):
        precinct.identify(filed)
    case = filed.standing.filed.case
    seen = Doing("identify-by-passport", 0, {"passport_seen": "yes", "cause": "device-down"})
    proposed = act_as_official(case, seen, precinct.desk, ONE, now=NOW)
    assert proposed.status.name == "to-identify"
    with pytest.raises(AnotherOfficialWanted):
        act_as_official(case, Doing("confirm", 1), precinct.desk, ONE, now=NOW)
    assert act_as_official(case, Doing("confirm", 1), precinct.desk, OTHER, now=NOW).status.name == "received"


def test_without_any_device_the_error_says_what_to_do(precinct: Precinct) -> None:
    filed = precinct.apply()
    with pytest.raises(NoDevice, match="passport"):
        identify(filed.standing.filed.case, 0, precinct.desk, None, ONE, number=None, now=NOW)


# --- the same port over HTTP ---


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> HttpDevice:
    return HttpDevice("https://devices.example/v1", "secret", httpx.Client(transport=httpx.MockTransport(answer)))


def test_the_service_is_asked_for_the_newest_receipt_or_a_number(precinct: Precinct) -> None:
    asked: list[str] = []
    there = precinct.device.recognise(HERE, VOTER, NOW)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.path} {request.headers['authorization']}")
        return httpx.Response(200, text=there.model_dump_json())

    device = answering(answer)
    assert device.receipt(HERE, None) == device.receipt(HERE, there.number) == there
    assert asked == [
        "/v1/stations/1001/receipts/newest Bearer secret",
        "/v1/stations/1001/receipts/1001-000001 Bearer secret",
    ]


def _there(**changes: object) -> str:
    found = Identification(number="x-1", how="face", at=NOW, device="d", station=HERE, pin=VOTER)
    return found.model_copy(update=changes).model_dump_json()


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (httpx.Response(404), NoSuchReceipt),
        (httpx.Response(500), DeviceSilent),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), DeviceSilent),
        (httpx.Response(200, text="not JSON"), DeviceSilent),
        (httpx.Response(200, text=_there(pin="123")), DeviceSilent),
        (httpx.Response(200, text=_there(station=ELSEWHERE)), DeviceSilent),
        (httpx.Response(200, text=_there(number="x-2")), DeviceSilent),
        (httpx.Response(200, text=" " * 5000), DeviceSilent),
    ],
    ids=["none", "broken", "sent away", "words", "a bad PIN", "elsewhere", "another number", "too long"],
)
def test_an_answer_that_is_no_receipt_is_refused_and_tells_no_pin(
    answer: httpx.Response, refusal: type[ShailooError]
) -> None:
    with pytest.raises(refusal) as refused:
        answering(lambda _: answer).receipt(HERE, "x-1")
    assert VOTER not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_service_that_cannot_be_reached_is_silent() -> None:
    def cut(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no way")

    with pytest.raises(DeviceSilent):
        answering(cut).receipt(HERE, None)


@pytest.mark.parametrize(
    "number", ["../x", "", "newest", "1" * 41, "a b"], ids=["path", "none", "word", "long", "blank"]
)
def test_a_number_that_no_device_prints_is_never_asked_for(number: str) -> None:
    def never(_: httpx.Request) -> httpx.Response:
        pytest.fail("the service was asked")

    with pytest.raises(NotFound):
        answering(never).receipt(HERE, number)


def test_a_kept_line_is_read_back_or_is_none() -> None:
    slip = Identification(number="x-1", how="face", at=NOW, device="d", station=HERE, pin=VOTER).slip()
    assert read_slip(slip.line()) == slip
    assert read_slip("as somebody typed it") is None
    assert VOTER not in slip.line()
