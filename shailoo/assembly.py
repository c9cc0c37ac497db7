"""Put an installation together: the only module that names adapters.

An installation is one folder:

    elections/<id>/   the election packages
    store.db          records and items
    objects/          immutable objects
    private/          contents and documents of cases: personal data, which no publisher reads
    uploads/          documents that come in parts, until they are whole
    keys/             sealing-<id>.key, receipt.key, log.key, session.key, persons.key, cabinet.key: rights 0600;
                      sealing-<id>.pub for all
    settings.json     what the operator decides; no secrets
    metrics/          figures of the programs beside the server
    notices/          what a rehearsal would have sent to people; personal data
    clock.json        only while an evening is played again
    public/           what a CDN would serve: results/, tizme/, talapker/
"""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pydantic import Field, StringConstraints, ValidationError

from shailoo.adapters.clock import load_clock
from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.group_commit import GroupCommitStore
from shailoo.adapters.identification.simulator import SimulatedDevice
from shailoo.adapters.keys import (
    BadKeyFile,
    FileNoteSigner,
    load_former_receipt_keys,
    load_note_key,
    load_sealing_keys,
    load_sealing_public,
    new_note_key,
    read_secret,
    save_note_key,
    save_sealing_key,
    write_secret,
)
from shailoo.adapters.notices.files import FileNotices
from shailoo.adapters.package_folder import read_files
from shailoo.adapters.sqlite import SqliteStore
from shailoo.adapters.uploads import FileUploads
from shailoo.adapters.voters.finder import SqliteFinder
from shailoo.errors import Conflict, NotFound, Refused
from shailoo.kinds import KINDS
from shailoo.model.alerts import AlertSettings
from shailoo.model.base import Frozen
from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.election import Election, Mode
from shailoo.model.event import Program
from shailoo.model.log import LOG_HEAD
from shailoo.model.notice import WAYS, NoticeSettings, Way
from shailoo.model.voter_list import ListStage, VoterListMade
from shailoo.package import load_package
from shailoo.ports import Clock, IdentificationDevice, Notices, VoterSource
from shailoo.records.note import Verifier
from shailoo.rules.case_calendars import calendar_faults
from shailoo.rules.list_effects import Wish
from shailoo.rules.place_names import PlaceNames
from shailoo.rules.question_limit import QuestionLimit
from shailoo.usecases.accept_report import IntakeDesk
from shailoo.usecases.apply_register import register_in_force
from shailoo.usecases.carry_applications import wishes_now
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.find_station import PER_ADDRESS, PER_PIN, Limits, StationDesk
from shailoo.usecases.registry import Registry

if TYPE_CHECKING:
    from shailoo.adapters.metrics import PrometheusMeter
    from shailoo.adapters.voters.boundaries import MovePlan
    from shailoo.adapters.voters.entries import IndexedEntries
    from shailoo.adapters.voters.folder import VoterFolder
    from shailoo.adapters.voters.reader import VoterListReader
    from shailoo.adapters.voters.register import RegisterFolder

LOG_PATH = "results/log"
"""Where the transparency log lies, below the host."""


SIMULATED: Final = "simulated"
"""In place of the address of a service of identification devices."""


class BadSettings(Refused):
    """`settings.json` cannot be used, or the folder is no installation."""

    code = "bad-settings"


class ModesMixed(Refused):
    """A rehearsal and a live election in one installation."""

    code = "modes-mixed"


class AlreadyInstalled(Conflict):
    """There is an installation in this folder already. Nothing was changed."""

    code = "already-installed"


class IdentityProvider(Frozen):
    """Where the commissions' members sign in (OpenID Connect).

    The client secret lies in its own file, or there is none.
    """

    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    secret_file: str | None = None
    """Relative to the installation's folder."""


_ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:/.-]{1,100}$")]
PersonFact = Literal["pin", "surname", "name", "patronymic", "birth"]
_CLAIMS: Mapping[PersonFact, str] = {
    "pin": "pin",
    "surname": "family_name",
    "name": "given_name",
    "patronymic": "middle_name",
    "birth": "birthdate",
}
"""Names by OpenID Connect Core, section 5.1; it has none for the PIN."""


class CitizenProvider(IdentityProvider):
    """Where voters sign in: the state's single identification system, or any provider that keeps the standard."""

    scope: Annotated[str, StringConstraints(pattern=r"^openid( [!-~]+)*$", max_length=400)] = "openid profile"
    """What is asked for."""
    ask_more: bool = True
    """Whether the provider is asked at its UserInfo endpoint too, where it names one."""
    claims: Mapping[PersonFact, _ClaimName] = Field(default_factory=lambda: _CLAIMS)
    """Under which name the provider tells what; a dot leads into an object."""


class IdentificationSettings(Frozen):
    """The service of the identification devices; `simulated` in a rehearsal only."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$|^simulated$")]
    secret_file: str | None = None
    """What the service knows us by; relative to the installation's folder, in the cloud the name of a secret."""


class WitnessSettings(Frozen):
    """A witness that is asked to sign heads of the transparency log."""

    vkey: Annotated[str, StringConstraints(min_length=10, max_length=400)]
    """Its public key, as it prints it: `name+id+key`."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+[^\s?#/]$")]
    """Where it takes submissions, without a slash at the end."""


class Settings(Frozen):
    """What the operator decides. Times and hours are the packages' matter, secrets lie in files of their own."""

    shailoo: Literal["settings-1"] = "settings-1"
    mode: Literal["live", "rehearsal"]
    origin: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")] = "http://127.0.0.1:8021"
    """Scheme, host and port under which the public and the commissions reach this installation."""
    sealing: dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]]
    """Election -> id of the key to which its boxes seal."""
    identity: IdentityProvider | None = None
    citizens: CitizenProvider | None = None
    """Where voters sign in to their cabinet; without one there is none."""
    identification: IdentificationSettings | None = None
    """Which devices identify those who apply at a precinct; None: two officials and the passport."""
    witnesses: tuple[WitnessSettings, ...] = ()
    """Who is asked to sign heads of the transparency log."""
    proxies: Annotated[int, Field(ge=0, le=9)] = 0
    """How many servers of ours a request passes before it comes here, each of which adds to `X-Forwarded-For`. With 0
    that header, which any sender may write, is not read."""
    cases: Mapping[str, CaseCalendar] = Field(default_factory=dict)
    """Election -> when its kinds of cases are filed, and the days that their clocks depend on."""
    notices: NoticeSettings | None = None
    """How applicants are told what has happened to their cases; None: nobody is."""
    alerts: AlertSettings | None = None
    """Who is told when the machine is not well."""
    commit_delay_ms: Annotated[int, Field(ge=0, le=1000)] = 0
    """Sleep inside each commit, to measure with the disk of a slow machine."""


@dataclass(frozen=True)
class Installation:
    """One folder, opened. Several processes may open it at once."""

    folder: Path
    settings: Settings
    elections: Mapping[str, Election]
    clock: Clock
    _closing: list[GroupCommitStore] = field(default_factory=list)

    @classmethod
    def create(
        cls,
        folder: Path,
        packages: Iterable[Path | Mapping[str, bytes]],
        *,
        mode: Mode = Mode.REHEARSAL,
        identity: IdentityProvider | None = None,
        client_secret: str | None = None,
        origin: str = "http://127.0.0.1:8021",
        proxies: int = 0,
    ) -> Installation:
        """Make an installation: copy the packages, draw keys, write the settings last, then open it.

        `client_secret` is what the identity provider knows us by; it goes into a file of its own.

        Raises AlreadyInstalled, PackageInvalid, and ModesMixed when a package is of another mode.
        """
        if (folder / "settings.json").exists():
            raise AlreadyInstalled("There is an installation in this folder already.", folder=folder.name)
        keys = folder / "keys"
        keys.mkdir(parents=True, exist_ok=True)
        keys.chmod(0o700)
        (folder / "elections").mkdir(parents=True, exist_ok=True)
        sealing = {}
        for package in packages:
            files = read_files(package) if isinstance(package, Path) else package
            election = load_package(files)
            if election.mode is not mode:
                raise ModesMixed(
                    "A rehearsal and a live election do not share an installation.", election=election.id, mode=mode
                )
            for name, data in files.items():
                place = folder / "elections" / election.id / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            sealing[election.id] = save_sealing_key(X25519PrivateKey.generate(), keys)
        host = origin.partition("//")[2]
        if not (keys / "receipt.key").exists():
            save_note_key(new_note_key(f"{host}/receipts"), keys / "receipt.key")
        if not (keys / "log.key").exists():
            save_note_key(new_note_key(f"{host}/{LOG_PATH}"), keys / "log.key")
        if not (keys / "session.key").exists():
            write_secret(keys / "session.key", secrets.token_hex(32))
        if identity is not None and client_secret is not None:
            write_secret(keys / "identity.secret", client_secret)
            identity = identity.model_copy(update={"secret_file": "keys/identity.secret"})
        for portal in ("results", "tizme", "talapker"):
            (folder / "public" / portal).mkdir(parents=True, exist_ok=True)
        save_settings(
            folder, Settings(mode=mode.value, origin=origin, sealing=sealing, identity=identity, proxies=proxies)
        )
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Installation:
        """Open an installation. Raises BadSettings, PackageInvalid, BadClock."""
        path = folder / "settings.json"
        try:
            settings = Settings.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise BadSettings("There is no installation in this folder; make one first.", folder=folder.name) from error
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise BadSettings("settings.json has a value that cannot be used.", field=where) from error
        elections = {}
        for package in sorted((folder / "elections").iterdir()):
            election = load_package(read_files(package))
            elections[election.id] = election
        if elections.keys() != settings.sealing.keys():
            raise BadSettings("settings.json and the folder elections/ name different elections.", folder=folder.name)
        for name, calendar in settings.cases.items():
            for fault in calendar_faults(calendar, KINDS):
                raise BadSettings(f"settings.json, cases: {fault}", election=name)
        return cls(folder, settings, elections, load_clock(folder / "clock.json"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is waiting and close the store."""
        for group in self._closing:
            group.close()
        finder = self.__dict__.get("_finder")
        if finder is not None:
            finder.close()
        entries = self.__dict__.get("voter_entries")
        if entries is not None:
            entries.close()
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def store(self) -> SqliteStore:
        """Records and items; each append is its own commit."""
        return SqliteStore(self.folder / "store.db")

    @cached_property
    def grouped(self) -> GroupCommitStore:
        """The same store, committing in groups: for a process in which many threads append."""
        group = GroupCommitStore(self.store, commit_delay=self.settings.commit_delay_ms / 1000)
        self._closing.append(group)
        return group

    @cached_property
    def objects(self) -> FileObjectStore:
        """Immutable objects."""
        return FileObjectStore(self.folder / "objects")

    @cached_property
    def private(self) -> FileObjectStore:
        """Contents and documents of cases: only doors and desks of people read here, never a publisher."""
        folder = self.folder / "private"
        folder.mkdir(mode=0o700, exist_ok=True)
        return FileObjectStore(folder)

    @cached_property
    def person_key(self) -> bytes:
        """Under it people are known in records of cases, so that nobody can guess a PIN.

        An older installation gets one now. Whoever loses it can no longer show people what they filed signed in.
        """
        return self._own_key("persons.key")

    @cached_property
    def cabinet_key(self) -> bytes:
        """The key that seals the voters' cookies. An older installation gets one now.

        It is none of the commissions' members': whoever serves voters can make no session of theirs.
        """
        return self._own_key("cabinet.key")

    def _own_key(self, file: str) -> bytes:
        path = self.folder / "keys" / file
        if not path.exists():
            with suppress(BadKeyFile):  # another process draws it at this moment; what counts is what lies there
                write_secret(path, secrets.token_hex(32))
        return bytes.fromhex(read_secret(path))

    @cached_property
    def case_desk(self) -> CaseDesk:
        """What those who file cases and act on them work with."""
        return CaseDesk(
            registry=self.registry,
            store=self.grouped,
            private=self.private,
            signer=self.receipt_signer,
            kinds=KINDS,
            calendars=self.settings.cases,
            draw=secrets.token_bytes,
            person_key=self.person_key,
            find_places=self.places,
        )

    def places(self) -> PlaceNames | None:
        """The towns and villages of the address register in force; None before the first."""
        held = register_in_force(self.store)
        if held is None:
            return None
        known = self.__dict__.get("_places")
        if known is None or known[0] != held.number:
            register = self.registers.open(held.number)
            names = PlaceNames(register.settlements(), (*register.regions(), *register.rayons()))
            known = self.__dict__["_places"] = (held.number, names)
        found: PlaceNames = known[1]
        return found

    @cached_property
    def case_index(self) -> CaseIndex:
        """All cases as they stand. Call its `follow(store)` before asking."""
        return CaseIndex(KINDS, self.elections, threading.Lock(), self.settings.cases)

    @cached_property
    def identification(self) -> IdentificationDevice | None:
        """The devices at the precincts, if there are any. Raises BadSettings for a simulated one at a live election."""
        wanted = self.settings.identification
        if wanted is None:
            return None
        if wanted.url != SIMULATED:
            # Here and not above: a box's packages come without it.
            from shailoo.adapters.identification.http import HttpDevice  # noqa: PLC0415 -- httpx is of the extra `server`

            secret = None if wanted.secret_file is None else read_secret(self.folder / wanted.secret_file)
            return HttpDevice(wanted.url, secret)
        if self.settings.mode != Mode.REHEARSAL.value:
            raise BadSettings("A simulated device identifies nobody at a live election.", field="identification")
        return SimulatedDevice(self.folder / "identification")

    @property
    def notice_settings(self) -> NoticeSettings | None:
        """How applicants are told; None: nobody is."""
        return self.settings.notices

    @property
    def origin(self) -> str:
        """Scheme, host and port under which the public reaches us."""
        return self.settings.origin

    @cached_property
    def notice_ways(self) -> Mapping[Way, Notices]:
        """The ways that are set up. Raises BadSettings for files at a live election, BadKeyFile."""
        wanted = self.settings.notices
        if wanted is None:
            return {}
        if wanted.files:
            if self.settings.mode != Mode.REHEARSAL.value:
                raise BadSettings("Notices into files tell nobody anything at a live election.", field="notices.files")
            return {way: FileNotices(self.folder / "notices", way) for way in WAYS}
        return notice_ways(wanted, self.settings.origin, lambda _, name: read_secret(self.folder / name))

    @cached_property
    def uploads(self) -> FileUploads:
        """Documents that come in parts."""
        return FileUploads(self.folder / "uploads")

    @cached_property
    def registry(self) -> Registry:
        """Who and what is registered, guarded for threads. Call its `follow(store)` before asking."""
        return Registry(self.elections, threading.Lock())

    @cached_property
    def receipt_signer(self) -> FileNoteSigner:
        """Signs receipts; keys that boxes were prepared with earlier sign beside the present one."""
        keys = self.folder / "keys"
        present = load_note_key(keys / "receipt.key")
        former = load_former_receipt_keys(keys)
        return FileNoteSigner(present, tuple(one for one in former if one.verifier.key_id != present.verifier.key_id))

    @cached_property
    def log_signer(self) -> FileNoteSigner:
        """Signs the heads of the transparency log; its name is the log's origin. An older installation gets one now.

        Raises BadSettings when the installation has moved to another address since, for a log keeps its origin for
        ever, and BadKeyFile when the key of a log that has begun is gone: it never gets another.
        """
        path = self.folder / "keys" / "log.key"
        origin = f"{self.settings.origin.partition('//')[2]}/{LOG_PATH}"
        if not path.exists():
            if self.store.read(LOG_HEAD) is not None:
                raise BadKeyFile(
                    "The key of the log is gone, and the log has begun: bring the key back.", file=path.name
                )
            save_note_key(new_note_key(origin), path)
        signer = FileNoteSigner(load_note_key(path))
        if signer.verifier.name != origin:
            raise BadSettings(
                "The log's key bears another origin than settings.json; a log keeps its origin for ever.",
                origin=origin,
                key=signer.verifier.name,
            )
        return signer

    @property
    def log_verifier(self) -> Verifier:
        """The key with which anyone verifies heads of the log, for programs that must not read the one that signs.

        It is the public one where the log has been published; only before that the private key is asked.
        """
        published = self.public / LOG_PATH / "vkey"
        if published.is_file():
            return Verifier.parse(published.read_text(encoding="utf-8").strip())
        return self.log_signer.verifier

    @property
    def receipt_verifier(self) -> Verifier:
        """The key with which boxes verify receipts."""
        return self.receipt_signer.verifier

    def sealing_public(self, election: str) -> X25519PublicKey:
        """The key to which boxes of an election seal, out of its public file. Raises NotFound, BadKeyFile."""
        name = self.settings.sealing.get(election)
        path = self.folder / "keys" / f"sealing-{name}.pub"
        if name is None or not path.exists():
            raise NotFound(
                "The public half of this election's sealing key is not here. Copy sealing-<id>.pub into keys/ from "
                "where the key was made, or, where the key lies, `shailoo keys write-public`.",
                election=election,
                key=name,
            )
        return load_sealing_public(path)

    @cached_property
    def intake_desk(self) -> IntakeDesk:
        """What the intake works with; its appends commit in groups. Nothing else opens a sealing key."""
        keys = load_sealing_keys(self.folder / "keys")
        return IntakeDesk(self.registry, keys, self.grouped, self.objects, self.receipt_signer)

    @cached_property
    def registers(self) -> RegisterFolder:
        """Versions of the address register."""
        from shailoo.adapters.voters.register import RegisterFolder  # noqa: PLC0415 -- DuckDB is for those who keep lists

        return RegisterFolder(self._voters() / "register")

    @cached_property
    def voter_lists(self) -> VoterFolder:
        """What makes versions of the voter list."""
        from shailoo.adapters.voters.distribution import distribute  # noqa: PLC0415 -- as above
        from shailoo.adapters.voters.folder import VoterFolder  # noqa: PLC0415 -- as above

        return VoterFolder(self._voters(), self.store, self.clock, registers=self.registers, distribute=distribute)

    def wishes(self) -> Sequence[Wish]:
        """What all granted applications want of the voter list."""
        self.case_index.follow(self.store)
        return wishes_now(self.case_index, self.case_desk)

    def voter_reader(self) -> VoterListReader:
        """A reader of the voter list. Holds nothing over a fork; every process may have its own."""
        from shailoo.adapters.voters.reader import VoterListReader  # noqa: PLC0415 -- as above

        return VoterListReader(self._voters(), self.store, registers=self.registers)

    def voter_source(self, file: Path) -> VoterSource:
        """An extract in a file. Raises NoSuchExtract."""
        from shailoo.adapters.voters.sources import FileSource  # noqa: PLC0415 -- as above

        return FileSource(file)

    def index_stations(self) -> int:
        """Make the index of find-my-station for the newest list. Returns how many people it finds."""
        from shailoo.adapters.voters.finder_index import build_index  # noqa: PLC0415 -- as above

        made = self.voter_reader().made()
        record = newest_list(made)
        if record is None or not record.register_number:
            return 0
        lists = self._voters() / "lists"
        older = {one.number: lists / one.folder / "voters.parquet" for one in made if one.number < record.number}
        voters = lists / record.folder / "voters.parquet"
        register = self.registers.open(record.register_number)
        return build_index(
            self._voters() / "finder", record.number, voters, register.centres(), register.commissions(), older=older
        )

    def index_entries(self) -> int:
        """Make the index of people's own entries for the newest list. Returns how many people it has."""
        from shailoo.adapters.voters.entries_index import index_entries  # noqa: PLC0415 -- as above

        made = [one for one in self.voter_reader().made() if one.stage is not ListStage.TOOK_PART]
        if not made:
            return 0
        lists = self._voters() / "lists"
        versions = [(one.number, lists / one.folder / "voters.parquet") for one in made]
        register = made[-1].register_number
        settlements = self.registers.open(register).settlements() if register else ()
        return index_entries(self._voters() / "entries", versions, settlements)

    @cached_property
    def voter_entries(self) -> IndexedEntries | None:
        """What tells people their own entries in the list; None without a published list."""
        folder = self._voters() / "entries"
        if not folder.is_dir():
            return None
        from shailoo.adapters.voters.entries import IndexedEntries  # noqa: PLC0415 -- as above

        return IndexedEntries(folder, self._voters(), self.store)

    def plan_boundaries(self, number: int) -> MovePlan:
        """Who would move by a version of the register; the people go into `voters/boundaries/`, private."""
        from shailoo.adapters.voters.boundaries import plan  # noqa: PLC0415 -- as above

        record = self._newest_list()
        out = self._voters() / "boundaries" / f"{number:06}.csv"
        return plan(self._voters() / "lists" / record.folder, self.registers.path(number), number, out)

    def write_queue(self) -> tuple[VoterListMade, Mapping[str, int]]:
        """Write who waits in the queue of the newest list into its folder; returns the list, and people by reason."""
        from shailoo.adapters.voters.desk_tables import write_queue  # noqa: PLC0415 -- as above

        record = self._newest_list()
        return record, write_queue(self._voters() / "lists" / record.folder)

    def write_findings(self) -> dict[str, int]:
        """Look through the register in force, write `voters/findings.json` (private); returns how many of each."""
        from shailoo.adapters.voters.desk_tables import write_findings  # noqa: PLC0415 -- as above
        from shailoo.adapters.voters.findings import find  # noqa: PLC0415 -- as above

        record = self._newest_list()
        version = self._voters() / "lists" / record.folder
        number = record.register_number
        with tempfile.TemporaryDirectory(prefix="findings-") as work:
            found = find(self.registers.path(number), number, version, Path(work))
        return write_findings(self._voters(), found)

    def _newest_list(self) -> VoterListMade:
        record = newest_list(self.voter_reader().made())
        if record is None:
            raise NotFound("There is no voter list here yet: `shailoo voters import FILE --dir DIR`.")
        return record

    def _voters(self) -> Path:
        folder = self.folder / "voters"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @cached_property
    def station_desk(self) -> StationDesk | None:
        """Who answers "find my station"; None without a voter list. Its counts live as long as this process."""
        finder = self._finder
        if finder is None:
            return None
        drawn = secrets.token_bytes(32)
        limits = Limits(QuestionLimit(PER_ADDRESS, drawn), QuestionLimit(PER_PIN, drawn), threading.Lock())
        return StationDesk(finder, lambda: finder.secret, finder.place, limits, self.clock)

    @cached_property
    def _finder(self) -> SqliteFinder | None:
        folder = self.folder / "voters" / "finder"
        return SqliteFinder(folder) if folder.is_dir() else None

    @property
    def session_secret(self) -> bytes:
        """The key that signs the cookies of the commissions' members."""
        return bytes.fromhex(read_secret(self.folder / "keys" / "session.key"))

    @property
    def client_secret(self) -> str | None:
        """The secret that the identity provider knows us by, or None."""
        identity = self.settings.identity
        if identity is None or identity.secret_file is None:
            return None
        return read_secret(self.folder / identity.secret_file)

    @property
    def citizens_secret(self) -> str | None:
        """The secret that the voters' identity provider knows us by, or None."""
        citizens = self.settings.citizens
        if citizens is None or citizens.secret_file is None:
            return None
        return read_secret(self.folder / citizens.secret_file)

    @cached_property
    def meter(self) -> PrometheusMeter:
        """The figures of the server, which are asked for over HTTP."""
        from shailoo.adapters.metrics import PrometheusMeter  # noqa: PLC0415 -- only programs that run on need it

        return PrometheusMeter()

    def meter_left(self, program: Program) -> PrometheusMeter:
        """The figures of a program beside the server, left in `metrics/` as they move."""
        from shailoo.adapters.metrics import FOLDER, PrometheusMeter  # noqa: PLC0415 -- as above

        return PrometheusMeter(self.folder / FOLDER / f"{program}.prom")

    def figures(self) -> bytes:
        """The figures of the server and of the programs beside it, in the words of Prometheus."""
        from shailoo.adapters.metrics import FOLDER, gathered  # noqa: PLC0415 -- as above

        return gathered(self.meter, self.folder / FOLDER)

    @property
    def public(self) -> Path:
        """What a CDN would serve."""
        return self.folder / "public"


def notice_ways(wanted: NoticeSettings, origin: str, secret: Callable[[Way, str], str]) -> Mapping[Way, Notices]:
    """The ways of settings, to the world outside. `secret` reads that of a way, by what the settings call it."""
    found: dict[Way, Notices] = {}
    if wanted.mail is not None:
        from shailoo.adapters.notices.mail import MailWay  # noqa: PLC0415 -- a box's packages come without it

        name = wanted.mail.secret_file
        host = origin.partition("//")[2].partition(":")[0]
        found["mail"] = MailWay(wanted.mail, None if name is None else secret("mail", name), host)
    if wanted.sms is not None:
        from shailoo.adapters.notices.sms import SmsWay  # noqa: PLC0415 -- httpx is of the extra `server`

        name = wanted.sms.secret_file
        found["sms"] = SmsWay(wanted.sms, None if name is None else secret("sms", name))
    return found


def newest_list(made: Sequence[VoterListMade]) -> VoterListMade | None:
    """The newest version of the list itself, not of those who took part; None when there is none."""
    return next((one for one in reversed(made) if one.stage is not ListStage.TOOK_PART), None)


def save_settings(folder: Path, settings: Settings) -> None:
    """Write `settings.json` whole: a reader sees the old file or the new one."""
    fresh = folder / "settings.json.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(settings.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "settings.json")
