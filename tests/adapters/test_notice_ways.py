"""Notices leave the house whole, and what the other side answers is taken for what it is."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from shailoo.adapters.notices import mail, sms
from shailoo.adapters.notices.files import FileNotices
from shailoo.adapters.notices.mail import MailWay
from shailoo.adapters.notices.sms import SmsWay
from shailoo.assembly import BadSettings, Installation, save_settings
from shailoo.errors import ShailooError
from shailoo.model.election import Mode
from shailoo.model.notice import MailNotices, Notice, NoticeSettings, SmsNotices
from shailoo.rules.notices import NoticeDeferred, NoticeRefused, NoticesDown
from tests.adapters.post import CUT, SILENT, Manners, PostOffice, certificate
from tests.usecases.notice_people import People
from tests.voting import SMALL

AT = datetime(2025, 5, 12, 6, 0, tzinfo=UTC)
TEXT = "№ 7\nАрызыңыз канааттандырылды.\n\n.бир чекиттен башталат\nhttps://elections.example/api/cases/status?lang=ky\n"


def notice(to: str = "aizada@example.kg", name: str = "0" * 32) -> Notice:
    return Notice(name, to, "ky", "№ 7: жаңылык бар", TEXT, AT)


def way(office: PostOffice, **settings: object) -> MailWay:
    told = {"host": "127.0.0.1", "secure": "loopback", "sender": "no-reply@elections.example", "port": office.port}
    password = settings.pop("password", None)
    made = MailNotices.model_validate({**told, **settings})
    return MailWay(made, None if password is None else str(password), "elections.example")


def test_a_mail_comes_as_it_was_written_and_says_who_made_it() -> None:
    with PostOffice() as office:
        sender = way(office)
        sender.send(notice())
        sender.rest()
    assert office.mails[0][0] == "aizada@example.kg"
    read = office.read()
    assert read.get_content().replace("\r\n", "\n") == TEXT
    assert read["Subject"] == "№ 7: жаңылык бар"
    assert read["From"] == "no-reply@elections.example"
    assert read["Message-ID"] == f"<{'0' * 32}@elections.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Mon, 12 May 2025 06:00:00 +0000"
    assert read.get_content_type() == "text/plain"


def test_after_one_who_is_refused_the_next_goes_over_the_same_connection() -> None:
    with PostOffice(Manners(recipients={"dead": "550 5.1.1 nobody here"})) as office:
        sender = way(office)
        for number in range(3):
            with pytest.raises(NoticeRefused):
                sender.send(notice(f"dead{number}@example.kg"))
            sender.send(notice(f"p{number}@example.kg"))
        sender.rest()
    assert [to for to, _ in office.mails] == [f"p{number}@example.kg" for number in range(3)]
    assert office.connections == 1


def test_many_go_over_one_connection_and_a_server_that_closes_it_is_asked_again() -> None:
    with PostOffice(Manners(closes_after=3)) as office:
        sender = way(office)
        for number in range(7):
            sender.send(notice(f"p{number}@example.kg"))
        sender.rest()
    assert [to for to, _ in office.mails] == [f"p{number}@example.kg" for number in range(7)]
    assert office.connections == 3


def test_with_starttls_and_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, trusted = certificate(tmp_path)
    with PostOffice(Manners(certificate=shown, password="hunter2")) as office:
        told = {"host": "localhost", "secure": "starttls", "user": "shailoo"}
        made = MailNotices.model_validate({"sender": "no-reply@elections.example", "port": office.port, **told})
        knows = MailWay(made, "hunter2", "elections.example", lambda: ssl.create_default_context(cafile=trusted))
        knows.send(notice())
        knows.rest()
        with pytest.raises(NoticesDown):
            MailWay(made, "wrong", "elections.example", lambda: ssl.create_default_context(cafile=trusted)).send(
                notice()
            )
        with pytest.raises(NoticesDown):  # a certificate of nobody whom this machine trusts
            MailWay(made, "hunter2", "elections.example").send(notice())
    assert len(office.mails) == 1


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    with PostOffice(Manners(password="hunter2")) as office:
        told = {"host": "localhost", "secure": "starttls", "user": "shailoo"}
        made = MailNotices.model_validate({"sender": "no-reply@elections.example", "port": office.port, **told})
        with pytest.raises(NoticesDown):
            MailWay(made, "hunter2", "elections.example").send(notice())
    assert not any(line.startswith(("AUTH", "MAIL")) for line in office.lines)


@pytest.mark.parametrize(
    ("manners", "told"),
    [
        (Manners(recipients={"aizada": "550 5.1.1 nobody here"}), NoticeRefused),
        (Manners(recipients={"aizada": "552 5.2.2 full"}), NoticeRefused),
        (Manners(recipients={"aizada": "450 4.2.1 come again"}), NoticeDeferred),
        (Manners(recipients={"aizada": "554 5.7.1 relay denied"}), NoticeDeferred),
        (Manners(recipients={"aizada": CUT}), NoticeDeferred),
        (Manners(recipients={"aizada": "421 closing"}), NoticesDown),
        (Manners(message="451 4.3.0 later"), NoticeDeferred),
        (Manners(message="554 5.6.0 no"), NoticeRefused),
        (Manners(message=CUT), NoticeDeferred),
        (Manners(sender="550 5.1.8 not you"), NoticesDown),
        (Manners(sender="451 later"), NoticesDown),
        (Manners(greeting="554 no"), NoticesDown),
        (Manners(greeting=CUT), NoticesDown),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else "",
)
def test_every_answer_is_taken_for_what_it_says(manners: Manners, told: type[ShailooError]) -> None:
    with PostOffice(manners) as office:
        sender = way(office)
        with pytest.raises(told) as caught:
            sender.send(notice())
        assert "aizada" not in str(caught.value)
        manners.recipients, manners.message, manners.sender, manners.greeting = {}, "250 kept", "250 well", "220 post"
        sender.send(notice())
        sender.rest()
    assert len(office.mails) == 1


def test_nobody_who_listens_is_a_way_that_does_not_work() -> None:
    with PostOffice() as office:
        sender = way(office)
    with pytest.raises(NoticesDown):
        sender.send(notice())


def test_a_recipient_over_whom_the_server_thinks_for_ever_costs_one_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE_S", 0.3)
    with PostOffice(Manners(recipients={"slow": SILENT})) as office:
        people = People()
        sender = way(office)
        people.file(1, reach={"mail": "slow@example.kg"})
        well = people.file(2)
        people.way = sender  # type: ignore[assignment]  # the real one in place of the other
        people.round()
    assert [to for to, _ in office.mails] == ["aizada@example.kg"]
    assert people.became(well) == [(0, "mail", "sent")]


def test_a_server_that_thinks_for_ever_is_a_way_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE_S", 0.3)
    with PostOffice(Manners(greeting=SILENT)) as office, pytest.raises(NoticesDown):
        way(office).send(notice())


def test_addresses_go_over_no_open_line() -> None:
    with pytest.raises(ValidationError):
        MailNotices(sender="no-reply@elections.example", host="mail.example", secure="loopback")
    with pytest.raises(ValidationError):
        SmsNotices(url="http://sms.example/send", sender="SHAILOO")


# --- text messages ---


def gateway(status: int | type[httpx.HTTPError], seen: list[httpx.Request]) -> SmsWay:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(status, int):
            return httpx.Response(status, text="+996555123456 is a number")
        raise status("+996555123456 is a number")

    settings = SmsNotices(url="https://sms.example/send", sender="SHAILOO", secret_file="keys/sms.secret")
    return SmsWay(settings, "token", httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_message_names_itself_so_that_a_gateway_can_send_it_once() -> None:
    seen: list[httpx.Request] = []
    gateway(202, seen).send(notice("+996555123456"))
    assert json.loads(seen[0].content) == {"id": "0" * 32, "from": "SHAILOO", "to": "+996555123456", "text": TEXT}
    assert seen[0].headers["idempotency-key"] == "0" * 32
    assert seen[0].headers["authorization"] == "Bearer token"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (422, NoticeRefused),
        (404, NoticeRefused),
        (409, NoticeDeferred),
        (302, NoticeDeferred),
        (401, NoticesDown),
        (402, NoticesDown),
        (429, NoticesDown),
        (503, NoticesDown),
        (httpx.ConnectError, NoticesDown),
        (httpx.ReadTimeout, NoticeDeferred),
        (httpx.RemoteProtocolError, NoticeDeferred),
    ],
)
def test_every_answer_of_a_gateway_too(status: int | type[httpx.HTTPError], told: type[ShailooError]) -> None:
    with pytest.raises(told) as caught:
        gateway(status, []).send(notice("+996555123456"))
    assert "555" not in str(caught.value)


def test_patience_is_short_enough_for_the_lease() -> None:
    assert (mail.PATIENCE_S, sms.PATIENCE_S) == (10, 10)


# --- files, and settings ---


def test_a_rehearsal_leaves_its_notices_in_a_folder_that_is_nobody_elses(tmp_path: Path) -> None:
    files = FileNotices(tmp_path / "notices", "mail")
    files.send(notice())
    files.send(notice())
    [place] = (tmp_path / "notices" / "mail").iterdir()
    assert json.loads(place.read_text())["text"] == TEXT
    assert (tmp_path / "notices" / "mail").stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(NoticesDown):
        FileNotices(tmp_path / "file", "sms").send(notice())


def test_settings_put_the_ways_together(tmp_path: Path) -> None:
    made = Installation.create(tmp_path / "i", [SMALL])
    made.close()
    assert dict(made.notice_ways) == {}

    def opened(notices: NoticeSettings, **more: str) -> Installation:
        save_settings(made.folder, made.settings.model_copy(update={"notices": notices, **more}))
        return Installation.open(made.folder)

    with opened(NoticeSettings(files=True)) as files:
        assert set(files.notice_ways) == {"mail", "sms"}
    with pytest.raises(BadSettings), opened(NoticeSettings(files=True), mode=Mode.LIVE.value) as live:
        _ = live.notice_ways
    (made.folder / "keys" / "mail.secret").write_text("hunter2\n")
    (made.folder / "keys" / "mail.secret").chmod(0o600)
    wanted = MailNotices(sender="a@b.kg", host="mail.example", user="u", secret_file="keys/mail.secret")
    with opened(NoticeSettings(mail=wanted, sms=SmsNotices(url="https://sms.example/", sender="S"))) as both:
        assert set(both.notice_ways) == {"mail", "sms"}
    with (
        pytest.raises(ShailooError),
        opened(NoticeSettings(mail=wanted.model_copy(update={"secret_file": "keys/none"}))) as missing,
    ):
        _ = missing.notice_ways
