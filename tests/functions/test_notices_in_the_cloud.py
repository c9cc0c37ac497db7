"""Notices in the cloud: the function works with what its role is given alone, and nobody is told twice by two of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import pytest

from functions.notices.work import NoticeWork
from shailoo.adapters.aws import session
from shailoo.assembly import BadSettings, Installation
from shailoo.cloud import CloudInstallation
from shailoo.errors import NotFound
from shailoo.model.cloud import BadEnvironment, CloudSettings
from shailoo.model.notice import MailNotices, NoticeSettings, SmsNotices
from shailoo.usecases.file_case import Filing, file_case
from shailoo.usecases.notice_marks import marks_of
from tests.adapters.aws.emulated import ITEMS_KEYS, RECORDS_KEYS, Cloud, cloud
from tests.adapters.post import Manners, PostOffice
from tests.functions.browser import FixedClock
from tests.functions.case_scene import MORNING, case_scene
from tests.functions.test_notices import filing_of


@dataclass(frozen=True)
class Timed(CloudInstallation):
    """An installation in the cloud on the morning of the test."""

    @property
    def clock(self) -> FixedClock:  # type: ignore[override]  # a test's own clock
        return FixedClock(MORNING)


@dataclass
class Region:
    """A cloud with what the function is given, and the home where people file."""

    made: Cloud
    home: Installation
    given: CloudSettings

    def installation(self, notices: NoticeSettings | None) -> Timed:
        """A new process of the function, after the operator decided so."""
        told = self.home.settings.model_copy(update={"notices": notices}).model_dump_json().encode()
        self.made.client("s3").put_object(Bucket=self.given.state_bucket, Key="settings.json", Body=told)
        return Timed(self.given)

    def secret(self, name: str, text: str) -> None:
        self.made.client("secretsmanager").create_secret(Name=name, SecretString=text)

    def file(self, filing: Filing) -> str:
        """File it in the cloud's record; its id."""
        there = Timed(self.given)
        desk = replace(self.home.case_desk, store=there.store, private=there.private)
        return file_case(filing, desk, now=MORNING).standing.filed.case


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    with case_scene(tmp_path / "i").installation as home, cloud() as made:
        monkeypatch.setattr(session, "make_client", lambda service, _: made.client(service))
        home.registry.follow(home.store)
        given = CloudSettings(
            stage="test",
            state_bucket=made.bucket(),
            private_bucket=made.bucket(),
            records_table=made.table(RECORDS_KEYS),
            items_table=made.table(ITEMS_KEYS),
            persons_secret="persons",
            mail_secret="mail",
            sms_secret="sms",
        )
        held = Region(made, home, given)
        held.secret("persons", home.person_key.hex())
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            folder = home.folder / "elections" / "small"
            for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                archive.write(path, path.relative_to(folder).as_posix())
        bucket = made.client("s3")
        bucket.put_object(Bucket=given.state_bucket, Key="elections/small.zip", Body=package.getvalue())
        yield held


def by_mail(office: PostOffice, secret: str | None = None) -> NoticeSettings:
    return NoticeSettings(
        mail=MailNotices(
            sender="no-reply@elections.example",
            host="127.0.0.1",
            port=office.port,
            secure="loopback",
            user=None if secret is None else "shailoo",
            secret_file=secret,
        )
    )


def test_it_tells_people_with_neither_a_key_that_signs_nor_the_originals_of_ballot_boxes(region: Region) -> None:
    cases = [region.file(filing_of(seed)) for seed in range(3)]
    with PostOffice(Manners()) as office:
        there = region.installation(by_mail(office))
        assert NoticeWork(there).turn() is False
        assert NoticeWork(region.installation(by_mail(office))).turn() is False
    assert sorted(to for to, _ in office.mails) == [f"p{seed}@example.kg" for seed in range(3)]
    assert [[one.became for one in marks_of(case, there.store)] for case in cases] == [["sent"]] * 3


def test_two_at_once_tell_nobody_twice(region: Region) -> None:
    for seed in range(6):
        region.file(filing_of(seed))
    with PostOffice(Manners(pause=0.02)) as office:
        works = [NoticeWork(region.installation(by_mail(office))) for _ in range(2)]
        threads = [Thread(target=work.turn) for work in works]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert sorted(to for to, _ in office.mails) == [f"p{seed}@example.kg" for seed in range(6)]


def test_the_password_is_a_resource_of_its_own(region: Region) -> None:
    with PostOffice(Manners(password="hunter2")) as office:
        with pytest.raises(NotFound):
            NoticeWork(region.installation(by_mail(office, "mail")))
        region.secret("mail", "hunter2\n")
        region.file(filing_of(1))
        NoticeWork(region.installation(by_mail(office, "mail"))).turn()
    assert [to for to, _ in office.mails] == ["p1@example.kg"]


def test_what_cannot_work_in_the_cloud_is_said_before_anything_is_sent(region: Region) -> None:
    with pytest.raises(BadSettings):
        NoticeWork(region.installation(NoticeSettings(files=True)))
    wanted = NoticeSettings(sms=SmsNotices(url="https://sms.example/", sender="S", secret_file="sms"))
    bare = replace(region.installation(wanted), cloud=region.given.model_copy(update={"sms_secret": None}))
    with pytest.raises(BadEnvironment, match="SHAILOO_SMS_SECRET"):
        NoticeWork(bare)
    assert not NoticeWork(region.installation(None))
