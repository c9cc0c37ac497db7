"""The doctor finds what is wrong before the night does, says what to do, and tells only what is news."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.clock import SystemClock
from shailoo.adapters.town.backup import FOLDER, RECEIPT, About, Receipt
from shailoo.adapters.town.doctor import SERVICES, Patient, examine
from shailoo.adapters.town.probes import Disk, shown_certificate
from shailoo.assembly import Installation, save_settings
from shailoo.cli import make_publisher
from shailoo.model.alerts import AlertSettings, MailAlerts, MailServer
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.record import Appointment, record_bytes, record_key
from shailoo.rules.disk_need import MB, disk_need
from shailoo.rules.machine_findings import Finding, Level, changes, graded, worst
from tests.journey.nights import keep_prose, shailoo
from tests.town.machine import HOST, NAME, free_ports, front_door, nginx
from tests.town.mail import MailSink
from tests.voting import SMALL

NOW = SystemClock().now()
Told = tuple[Path, MailSink, list[tuple[str, dict[str, object]]]]
LEVELS: tuple[Level, ...] = ("ok", "warn", "bad")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its pages and a backup a moment ago."""
    folder = tmp_path_factory.mktemp("doctor") / "installation"
    keep_prose(folder)
    with Installation.create(folder, [SMALL]) as one:
        make_publisher(one).start()
        about = About(at=NOW, store_version=1, last=one.store.last(), head=None, keys=False)
    (folder / FOLDER).mkdir()
    receipt = Receipt(about=about, finished=NOW, snapshot="0" * 8, added_bytes=1, total_bytes=1)
    (folder / RECEIPT).write_text(receipt.model_dump_json())
    return folder


@pytest.fixture
def patient(made: Path) -> Patient:
    """A machine on which all is well, asked in place of this one."""
    with Installation.open(made) as one:
        sealing = one.settings.sealing
    return Patient(
        folder=made, origin="http://127.0.0.1:8021", sealing=sealing, stations=5, now=NOW, told=NOW,
        clock=lambda: True, disk=lambda _: Disk(10**12, 10**12, 10**7), memory=lambda: (8 * 10**9, 16 * 10**9),
        services=lambda names: dict.fromkeys(names, "active"),
    )  # fmt: skip


def found(patient: Patient) -> dict[str, Finding]:
    return {one.name: one for one in examine(patient)}


def level(patient: Patient, name: str) -> Level:
    one = found(patient)[name]
    assert (one.advice == "") == (one.level == "ok"), "what is not well comes with advice, what is well without"
    return one.level


def test_a_machine_that_is_well_is_found_well(patient: Patient) -> None:
    # Users of the services belong to a machine that was installed; whether this one was is not the test's matter.
    assert {one.name: one.level for one in examine(patient) if one.name != "rights"} == dict.fromkeys(
        ("clock", "disk", "files", "memory", "keys", "store", "log", "publication", "copies", "uploads", "certificate",
         "services", "backup"), "ok",
    )  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), [(True, "ok"), (False, "bad"), (None, "warn")])
def test_a_clock_that_nobody_keeps_is_a_warning_and_one_that_is_off_is_bad(
    patient: Patient, said: bool | None, wanted: Level
) -> None:
    assert level(replace(patient, clock=lambda: said), "clock") == wanted


@pytest.mark.parametrize(("free", "wanted"), [(10**12, "ok"), (150 * MB, "warn"), (10 * MB, "bad")])
def test_the_disk_must_hold_what_the_election_still_needs(patient: Patient, free: int, wanted: Level) -> None:
    assert level(replace(patient, disk=lambda _: Disk(free, 10**12, None)), "disk") == wanted


def test_a_file_system_that_has_no_files_left_is_found_out(patient: Patient) -> None:
    assert level(replace(patient, disk=lambda _: Disk(10**12, 10**12, 100)), "files") == "bad"
    assert "files" not in found(replace(patient, disk=lambda _: Disk(10**12, 10**12, None)))


def test_too_little_memory_is_told(patient: Patient) -> None:
    assert level(replace(patient, memory=lambda: (10**8, 16 * 10**9)), "memory") == "bad"
    assert level(replace(patient, memory=lambda: None), "memory") == "warn"


def test_a_missing_key_and_one_that_others_may_read_are_bad(patient: Patient) -> None:
    log = patient.folder / "keys/log.key"
    log.chmod(0o640)
    assert level(patient, "rights") == "bad"
    log.chmod(0o600)
    assert level(replace(patient, sealing={"small": "0123456789abcdef"}), "keys") == "bad"
    away = log.with_suffix(".away")
    log.rename(away)
    assert "log.key" in found(patient)["keys"].says
    away.rename(log)
    assert level(patient, "keys") == "ok"


CALENDAR = CaseCalendar(
    windows={"voter-missing": Window(first=date(2020, 1, 1), last=date(2099, 1, 1))}, marks={"lists-close": NOW.date()}
)


def test_where_applications_are_taken_their_service_keys_and_calendar_are_looked_at(patient: Patient) -> None:
    assert "cases" not in found(patient)
    asked: list[tuple[str, ...]] = []

    def services(names: tuple[str, ...]) -> dict[str, str]:
        asked.append(names)
        return {name: "failed" if name == "shailoo-cases.service" else "active" for name in names}

    taken = replace(patient, cases={"small": CALENDAR}, services=services)
    assert found(taken)["cases"].says == "small: 1 kinds of applications are taken today, 0 later"
    assert level(taken, "services") == "bad"
    assert "cabinet.key, persons.key" in found(taken)["keys"].says
    assert level(replace(taken, cases={"small": CaseCalendar(windows=CALENDAR.windows)}), "cases") == "warn"
    assert level(replace(patient, services=services), "services") == "ok"
    assert asked[-1] == (*SERVICES, "nginx.service")


def test_a_secret_that_is_not_there_or_that_no_service_reads_is_found_before_the_night(patient: Patient) -> None:
    assert "citizens.secret" in found(replace(patient, secrets=("keys/citizens.secret",)))["keys"].says
    assert "secrets" not in found(replace(patient, secrets=("keys/mail.secret",)))
    assert level(replace(patient, secrets=("keys/provider.secret",)), "secrets") == "bad"


def test_a_key_that_two_programs_share_is_no_fault_but_it_is_when_everybody_may_read_it(patient: Patient) -> None:
    receipt = patient.folder / "keys/receipt.key"
    receipt.chmod(0o640)
    assert "may read" not in found(patient)["rights"].says
    receipt.chmod(0o644)
    assert "may read receipt.key" in found(patient)["rights"].says
    receipt.chmod(0o600)


@contextlib.contextmanager
def changed_store(folder: Path) -> Iterator[sqlite3.Connection]:
    before = (folder / "store.db").read_bytes()
    with contextlib.closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as db:
        yield db
    for stray in folder.glob("store.db-*"):
        stray.unlink()
    (folder / "store.db").write_bytes(before)


def test_a_store_of_another_version_is_bad(patient: Patient) -> None:
    with changed_store(patient.folder) as db:
        db.execute("PRAGMA user_version = 0")
        assert level(patient, "store") == "bad"


def test_a_log_that_the_store_does_not_know_is_bad(patient: Patient) -> None:
    with changed_store(patient.folder) as db:
        row = db.execute("SELECT value FROM item WHERE name = 'log/head'").fetchone()
        said = json.loads(row[0])
        for wrong in ({**said, "size": said["size"] - 1}, {**said, "root": "0" * 64}):
            db.execute("UPDATE item SET value = ? WHERE name = 'log/head'", (json.dumps(wrong).encode(),))
            assert level(patient, "log") == "bad"


def test_records_that_nobody_publishes_are_bad_after_a_while(patient: Patient) -> None:
    with changed_store(patient.folder) as db:
        one = Appointment(person="0" * 64, commission="cec", version=1, role="auditor", active=True, entered=NOW)
        db.execute("INSERT INTO record (key, body) VALUES (?, ?)", (record_key(one), record_bytes(one)))
        assert level(patient, "publication") == "ok"
        assert level(replace(patient, told=NOW + timedelta(minutes=5)), "publication") == "bad"


def test_services_that_do_not_run_are_named(patient: Patient) -> None:
    states = {**dict.fromkeys(SERVICES, "active"), "shailoo-intake.service": "failed"}
    assert "shailoo-intake.service failed" in found(replace(patient, services=lambda _: states))["services"].says
    assert level(replace(patient, services=lambda _: None), "services") == "warn"


def test_a_receipt_that_cannot_be_read_is_not_taken_for_a_backup_that_was_never_made(patient: Patient) -> None:
    receipt = patient.folder / RECEIPT
    before = receipt.read_text()
    receipt.write_text("{}")
    assert "cannot be looked at" in found(patient)["backup"].says
    receipt.unlink()
    assert "never" in found(patient)["backup"].says
    receipt.write_text(before)


@pytest.mark.parametrize(("hours", "wanted"), [(1, "ok"), (30, "warn"), (80, "bad")])
def test_a_backup_grows_old(patient: Patient, hours: int, wanted: Level) -> None:
    assert level(replace(patient, now=NOW + timedelta(hours=hours)), "backup") == wanted


def test_a_backup_grows_old_faster_when_there_is_news(patient: Patient) -> None:
    with changed_store(patient.folder) as db:
        db.execute("INSERT INTO record (key, body) VALUES ('x', x'')")
        assert level(replace(patient, now=NOW + timedelta(hours=2)), "backup") == "warn"
        assert level(replace(patient, now=NOW + timedelta(hours=25)), "backup") == "bad"


def test_what_cannot_be_looked_at_is_bad_and_the_rest_is_looked_at(patient: Patient, tmp_path: Path) -> None:
    lost = found(replace(patient, folder=tmp_path))
    assert (lost["keys"].level, lost["store"].level, lost["clock"].level) == ("bad", "bad", "ok")


def test_the_certificate_that_nginx_shows_is_looked_at(patient: Patient, tmp_path: Path) -> None:
    ports = dict(zip(("intake", "staff", "tizme", "cases"), free_ports(4), strict=True))
    machine = front_door(tmp_path, patient.folder, ports)
    there = replace(patient, origin=f"https://{NAME}", https=(HOST, machine.https))
    assert level(there, "certificate") == "bad"  # nobody answers
    with nginx(machine):
        shown = shown_certificate(HOST, NAME, machine.https)
        assert shown is not None
        assert (shown.self_signed, shown.names) == (True, (NAME,))
        assert level(there, "certificate") == "warn"
        assert level(replace(there, origin="https://another.kg"), "certificate") == "bad"


@given(st.lists(st.sampled_from(LEVELS)), st.integers(0, 100))
def test_the_worst_of_all_counts_and_a_figure_is_graded_by_its_bounds(levels: list[Level], value: int) -> None:
    findings = [Finding(str(number), one, "") for number, one in enumerate(levels)]
    assert worst(findings) == ("bad" if "bad" in levels else "warn" if "warn" in levels else "ok")
    assert graded(value, warn=50, bad=10) == ("bad" if value < 10 else "warn" if value < 50 else "ok")


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(LEVELS)), st.dictionaries(
    st.sampled_from("abc"), st.sampled_from(LEVELS)))  # fmt: skip
def test_news_is_a_level_that_has_changed(before: dict[str, str], now: dict[str, Level]) -> None:
    findings = [Finding(name, one, "") for name, one in sorted(now.items())]
    news = changes(before, findings)
    assert {one.name for one in news} == {name for name in now if now[name] != before.get(name, "ok")}
    assert changes({one.name: one.level for one in findings}, findings) == ()


@given(st.integers(1, 3000), st.integers(0, 50), st.integers(10**5, 10**7), st.integers(0, 5_000_000))
def test_more_of_anything_never_needs_less_disk(stations: int, papers: int, size: int, voters: int) -> None:
    need = disk_need(stations=stations, papers=papers, paper_bytes=size, voters=voters)
    for more in (
        disk_need(stations=stations + 1, papers=papers, paper_bytes=size, voters=voters),
        disk_need(stations=stations, papers=papers + 1, paper_bytes=size, voters=voters),
        disk_need(stations=stations, papers=papers, paper_bytes=size, voters=voters + 1),
    ):
        assert more.bytes >= need.bytes
        assert more.files >= need.files


@pytest.fixture
def told(made: Path) -> Iterator[Told]:
    """An installation that tells by mail and by web, and what came there."""
    posted: list[tuple[str, dict[str, object]]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.append((self.headers.get("authorization", ""), json.loads(body)))
            self.send_response(204 if self.path == "/hook" else 500)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
            del format, args

    with MailSink() as mails, HTTPServer((HOST, 0), Hook) as hook:
        Thread(target=hook.serve_forever, daemon=True).start()
        with Installation.open(made) as one:
            before = one.settings
        alerts = AlertSettings(
            mail=MailAlerts(sender="shailoo@town.kg", to=("watch@town.kg",), server=MailServer(port=mails.port)),
            webhook=f"http://{HOST}:{hook.server_port}/hook",
        )
        save_settings(made, before.model_copy(update={"alerts": alerts}))
        try:
            yield made, mails, posted
        finally:
            save_settings(made, before)
            (made / "doctor/told.json").unlink(missing_ok=True)
            hook.shutdown()


def test_what_has_changed_is_told_once_by_mail_and_by_web(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, mails, posted = told
    monkeypatch.setenv("SHAILOO_WEBHOOK_TOKEN", "token")
    (folder / "keys/log.key").rename(folder / "keys/log.away")
    first = shailoo("doctor", "--dir", str(folder), "--alert")
    again = shailoo("doctor", "--dir", str(folder), "--alert")
    (folder / "keys/log.away").rename(folder / "keys/log.key")
    better = shailoo("doctor", "--dir", str(folder), "--alert")
    assert (first.returncode, again.returncode) == (2, 2), first.stderr
    assert ("no news" in first.stdout, "no news" in again.stdout) == (False, True)
    assert "1 news told" in better.stdout
    assert len(mails.mails) == len(posted) == 2
    assert "Subject: [bad] 127.0.0.1:" in mails.mails[0]
    assert "missing: log.key" in mails.mails[0]
    assert "keys" in mails.mails[1]
    assert posted[0][0] == "Bearer token"
    assert posted[0][1].keys() == {"host", "at", "level", "text", "findings"}
    assert posted[0][1]["level"] == "bad"
    assert posted[1][1]["level"] == "ok"


def test_a_service_that_failed_is_told_of(told: Told) -> None:
    folder, mails, posted = told
    assert shailoo("town", "failed", "--dir", str(folder), "--unit", "shailoo-intake").returncode == 0
    assert "shailoo-intake" in mails.mails[0]
    assert len(posted) == 1


def test_what_could_not_be_told_is_told_the_next_time(told: Told) -> None:
    folder, mails, _ = told
    with Installation.open(folder) as one:
        settings = one.settings
    assert settings.alerts is not None
    broken = settings.alerts.model_copy(update={"webhook": f"{settings.alerts.webhook}-that-fails"})
    save_settings(folder, settings.model_copy(update={"alerts": broken}))
    (folder / "keys/log.key").rename(folder / "keys/log.away")
    failed = shailoo("doctor", "--dir", str(folder), "--alert")
    assert "alert-not-sent" in failed.stderr
    assert len(mails.mails) == 1  # the mail went out all the same
    save_settings(folder, settings)
    assert "no news" not in shailoo("doctor", "--dir", str(folder), "--alert").stdout
    (folder / "keys/log.away").rename(folder / "keys/log.key")


def test_the_doctor_speaks_json_and_answers_with_its_exit_code(made: Path) -> None:
    said = shailoo("doctor", "--dir", str(made), "--json")
    value = json.loads(said.stdout)
    assert said.returncode == {"ok": 0, "warn": 1, "bad": 2}[value["level"]]
    assert {"name", "level", "says", "advice"} == value["findings"][0].keys()
