"""An installation in the cloud, put together for one function: each part is made when it is first asked for.

A function touches only what its role allows: what its environment does not name cannot be asked for. Settings and
packages lie in the state bucket as `infra.deploy` uploads them: `settings.json`, `elections/<id>.zip`.
"""

from __future__ import annotations

import io
import secrets
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from shailoo.adapters.aws.finder_desk import shared_station_desk
from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.note_keys import note_signer
from shailoo.adapters.aws.objects import S3ObjectStore, get_bytes
from shailoo.adapters.aws.public import S3PublicFiles
from shailoo.adapters.aws.queue import SqsQueue
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.aws.retention import S3Retention
from shailoo.adapters.aws.secrets import read_secret
from shailoo.adapters.aws.session import Client, Service, client
from shailoo.adapters.aws.signer import KmsNoteSigner
from shailoo.adapters.aws.snapshots import S3Snapshots
from shailoo.adapters.aws.store import DynamoStore
from shailoo.adapters.aws.uploads import S3Uploads
from shailoo.adapters.clock import SystemClock
from shailoo.adapters.keys import FileNoteSigner
from shailoo.assembly import LOG_PATH, SIMULATED, BadSettings, Settings, notice_ways
from shailoo.errors import NotFound, StorageFailed
from shailoo.kinds import KINDS
from shailoo.model.cloud import CloudSettings
from shailoo.model.election import Election
from shailoo.model.notice import NoticeSettings, Way
from shailoo.package import PACKAGE_FILES, load_package
from shailoo.ports import IdentificationDevice, Notices, VoterEntries
from shailoo.records.seal import sealing_key_id
from shailoo.usecases.accept_report import IntakeDesk
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.find_station import StationDesk
from shailoo.usecases.registry import Registry

RECEIPTS: Final = "receipts"
"""What the receipts' key is called, below the host."""
_END: Final = b"-----END PRIVATE KEY-----"


@dataclass(frozen=True)
class CloudInstallation:
    """The parts of an installation that a function of ours works with. Safe to share between threads."""

    cloud: CloudSettings

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """An installation as a function's environment tells of it. Contacts nobody yet. Raises BadEnvironment."""
        return cls(CloudSettings.read(environment))

    # --- what the operator decided ---

    @cached_property
    def settings(self) -> Settings:
        """`settings.json`; how many servers of ours stand before this function, its environment tells. BadSettings."""
        data = get_bytes(self._client("s3"), self.cloud.state_bucket, "settings.json")
        if data is None:
            raise BadSettings("There are no settings in the state bucket: deploy an installation.")
        try:
            read = Settings.model_validate_json(data)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise BadSettings("settings.json has a value that cannot be used.", field=where) from error
        return read.model_copy(update={"proxies": self.cloud.proxies})

    def package(self, election: str) -> bytes:
        """The package of an election as one file, its maps too. Raises NotFound."""
        data = get_bytes(self._client("s3"), self.cloud.state_bucket, f"elections/{election}.zip")
        if data is None:
            raise NotFound("The package of this election is not in the state bucket.", election=election)
        return data

    @cached_property
    def elections(self) -> Mapping[str, Election]:
        """Every election, read from its package. Raises BadSettings, NotFound, PackageInvalid."""
        return {name: self._election(name) for name in sorted(self.settings.sealing)}

    def _election(self, name: str) -> Election:
        try:
            with zipfile.ZipFile(io.BytesIO(self.package(name))) as archive:
                there = set(archive.namelist())
                return load_package({file: archive.read(file) for file in PACKAGE_FILES if file in there})
        except zipfile.BadZipFile as error:
            raise StorageFailed("The package in the state bucket is damaged: deploy again.", election=name) from error

    @cached_property
    def registry(self) -> Registry:
        """Who and what is registered, guarded for threads. Call its `follow(store)` before asking."""
        return Registry(self.elections, threading.Lock())

    @property
    def clock(self) -> SystemClock:
        """The time."""
        return SystemClock()

    # --- stores ---

    @cached_property
    def records(self) -> DynamoRecordStore:
        """Records alone, for a function that is given no items."""
        return DynamoRecordStore(self._client("dynamodb"), self.cloud.need("records_table"))

    @cached_property
    def store(self) -> DynamoStore:
        """Records and items."""
        return DynamoStore(self.records, DynamoItemStore(self._client("dynamodb"), self.cloud.need("items_table")))

    @property
    def grouped(self) -> DynamoStore:
        """The same: what is appended together is in one transaction anyway."""
        return self.store

    @cached_property
    def objects(self) -> S3ObjectStore:
        """Immutable objects."""
        return S3ObjectStore(self._client("s3"), self.cloud.need("objects_bucket"))

    @cached_property
    def private(self) -> S3ObjectStore:
        """Contents and documents of cases; only where personal data are in the cloud."""
        return S3ObjectStore(self._client("s3"), self.cloud.need("private_bucket"))

    @cached_property
    def case_desk(self) -> CaseDesk:
        """What those who file cases and act on them work with."""
        return CaseDesk(
            registry=self.registry,
            store=self.store,
            private=self.private,
            signer=self.receipt_signer,
            kinds=KINDS,
            calendars=self.settings.cases,
            draw=secrets.token_bytes,
            person_key=self.person_key,
        )

    @cached_property
    def person_key(self) -> bytes:
        """Under it people are known in records of cases."""
        return bytes.fromhex(read_secret(self._client("secretsmanager"), self.cloud.need("persons_secret")))

    @cached_property
    def case_index(self) -> CaseIndex:
        """All cases as they stand. Call its `follow(store)` before asking."""
        return CaseIndex(KINDS, self.elections, threading.Lock(), self.settings.cases)

    @cached_property
    def identification(self) -> IdentificationDevice | None:
        """The devices at the precincts, if there are any. Raises BadSettings for simulated ones."""
        wanted = self.settings.identification
        if wanted is None:
            return None
        if wanted.url == SIMULATED:
            raise BadSettings("A simulated device has no home in the cloud.", field="identification")
        from shailoo.adapters.identification.http import HttpDevice  # noqa: PLC0415 -- httpx is of the extra `server`

        secret = None
        if wanted.secret_file is not None:
            secret = read_secret(self._client("secretsmanager"), self.cloud.need("device_secret"))
        return HttpDevice(wanted.url, secret)

    @property
    def notice_settings(self) -> NoticeSettings | None:
        """How applicants are told; None: nobody is."""
        return self.settings.notices

    @property
    def origin(self) -> str:
        """Scheme and host under which the public reaches us."""
        return self.settings.origin

    @cached_property
    def notice_ways(self) -> Mapping[Way, Notices]:
        """The ways that are set up. Raises BadSettings for files."""
        wanted = self.settings.notices
        if wanted is None:
            return {}
        if wanted.files:
            raise BadSettings("Notices into files have no home in the cloud.", field="notices.files")
        return notice_ways(wanted, self.origin, lambda way, _: self._secret_of(way))

    def _secret_of(self, way: Way) -> str:
        return read_secret(self._client("secretsmanager"), self.cloud.need(f"{way}_secret")).strip()

    @cached_property
    def uploads(self) -> S3Uploads:
        """Documents that come in parts."""
        return S3Uploads(self._client("s3"), self.cloud.need("uploads_bucket"))

    @cached_property
    def retention(self) -> S3Retention | None:
        """Locks of originals; None where they are not kept."""
        bucket = self.cloud.objects_bucket
        return None if bucket is None else S3Retention(self._client("s3"), bucket)

    def public_files(self, portal: str) -> S3PublicFiles:
        """The public files of `results`, `tizme` or `talapker`."""
        return S3PublicFiles(self._client("s3"), self.cloud.need("public_bucket"), portal)

    @cached_property
    def snapshots(self) -> S3Snapshots:
        """What the publisher has folded."""
        return S3Snapshots(self._client("s3"), self.cloud.state_bucket)

    # --- queues ---

    @cached_property
    def publish_queue(self) -> SqsQueue | None:
        """What wakes the publisher; None where that is not this function's matter."""
        return self._queue(self.cloud.publish_queue)

    @cached_property
    def copies_queue(self) -> SqsQueue | None:
        """What wakes the copyist; None where that is not this function's matter."""
        return self._queue(self.cloud.copies_queue)

    def _queue(self, url: str | None) -> SqsQueue | None:
        return None if url is None else SqsQueue(self._client("sqs"), url)

    # --- keys ---

    @cached_property
    def receipt_signer(self) -> KmsNoteSigner | FileNoteSigner:
        """Signs receipts."""
        return note_signer(self.cloud, "receipt", f"{self._host}/{RECEIPTS}")

    @cached_property
    def log_signer(self) -> KmsNoteSigner | FileNoteSigner:
        """Signs the heads of the transparency log; its name is the log's origin."""
        return note_signer(self.cloud, "log", f"{self._host}/{LOG_PATH}")

    @cached_property
    def intake_desk(self) -> IntakeDesk:
        """What the intake works with. The sealing keys are read once and stay in this process."""
        return IntakeDesk(self.registry, self._sealing_keys(), self.store, self.objects, self.receipt_signer)

    def _sealing_keys(self) -> Mapping[str, X25519PrivateKey]:
        value = read_secret(self._client("secretsmanager"), self.cloud.need("sealing_secret")).encode()
        found: dict[str, X25519PrivateKey] = {}
        for part in value.split(_END)[:-1]:
            try:
                key = load_pem_private_key(part.strip() + b"\n" + _END + b"\n", None)
            except (ValueError, TypeError) as error:
                raise BadSettings("A key in the sealing secret cannot be read.", number=len(found) + 1) from error
            if not isinstance(key, X25519PrivateKey):
                raise BadSettings("A key in the sealing secret is not of X25519.", number=len(found) + 1)
            found[sealing_key_id(key.public_key())] = key
        return found

    @cached_property
    def session_secret(self) -> bytes:
        """The key that signs the cookies of the commissions' members."""
        return bytes.fromhex(read_secret(self._client("secretsmanager"), self.cloud.need("session_secret")))

    @cached_property
    def client_secret(self) -> str | None:
        """The secret that the identity provider knows us by; None without a provider."""
        if self.settings.identity is None:
            return None
        return read_secret(self._client("secretsmanager"), self.cloud.need("client_secret"))

    @cached_property
    def cabinet_key(self) -> bytes:
        """The key that seals the voters' cookies."""
        return bytes.fromhex(read_secret(self._client("secretsmanager"), self.cloud.need("cabinet_secret")))

    @property
    def citizens_secret(self) -> str | None:
        """What the voters' identity provider knows us by; None without a provider, or for a public client."""
        if self.settings.citizens is None or self.settings.citizens.secret_file is None:
            return None
        return read_secret(self._client("secretsmanager"), self.cloud.need("citizens_secret"))

    @cached_property
    def station_desk(self) -> StationDesk | None:
        """Who answers "find my station"; None where this function has no index. Contacts nobody yet."""
        return None if self.cloud.finder_table is None else shared_station_desk(self.cloud, self.clock)

    @property
    def voter_entries(self) -> VoterEntries | None:
        """What tells people their own entries in the list: nobody yet, for the list has no home in the cloud."""
        return None

    @property
    def _host(self) -> str:
        return self.settings.origin.partition("//")[2]

    def _client(self, service: Service) -> Client:
        return client(self.cloud, service)
