"""What the functions are given: the parts of an installation, in a folder or in the cloud, that they touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from shailoo.model.election import Election
from shailoo.model.notice import NoticeSettings
from shailoo.ports import (
    Clock,
    IdentificationDevice,
    ItemStore,
    ObjectStore,
    RecordStore,
    Uploads,
    VoterEntries,
)
from shailoo.usecases.accept_report import IntakeDesk
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.find_station import StationDesk
from shailoo.usecases.registry import Registry


class Store(RecordStore, ItemStore, Protocol):
    """Records and items in one object."""


class Identity(Protocol):
    """Where the commissions' members sign in."""

    @property
    def issuer(self) -> str:
        """The provider's address."""
        ...

    @property
    def client_id(self) -> str:
        """What it knows us by."""
        ...


class Citizens(Identity, Protocol):
    """Where voters sign in."""

    @property
    def scope(self) -> str:
        """What is asked for."""
        ...

    @property
    def ask_more(self) -> bool:
        """Whether the UserInfo endpoint is asked too."""
        ...

    @property
    def claims(self) -> Mapping[Literal["pin", "surname", "name", "patronymic", "birth"], str]:
        """Under which name the provider tells what."""
        ...


class HomeSettings(Protocol):
    """What the functions read of the settings."""

    @property
    def origin(self) -> str:
        """Scheme, host and port under which the commissions reach us."""
        ...

    @property
    def mode(self) -> Literal["live", "rehearsal"]:
        """Whether this is an election, or everybody in it is made up."""
        ...

    @property
    def identity(self) -> Identity | None:
        """Where they sign in, if they do."""
        ...

    @property
    def citizens(self) -> Citizens | None:
        """Where voters sign in, if they do."""
        ...

    @property
    def proxies(self) -> int:
        """How many servers of ours a request passes."""
        ...

    @property
    def notices(self) -> NoticeSettings | None:
        """How applicants are told, if they are."""
        ...


class Home(Protocol):
    """An installation. In the cloud each function may ask only for what its role allows."""

    @property
    def settings(self) -> HomeSettings:
        """What the operator decided."""
        ...

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def registry(self) -> Registry:
        """Who and what is registered."""
        ...

    @property
    def grouped(self) -> Store:
        """Records and items."""
        ...

    @property
    def objects(self) -> ObjectStore:
        """Immutable objects."""
        ...

    @property
    def private(self) -> ObjectStore:
        """Contents and documents of cases."""
        ...

    @property
    def case_desk(self) -> CaseDesk:
        """What those who file cases and act on them work with."""
        ...

    @property
    def case_index(self) -> CaseIndex:
        """All cases as they stand."""
        ...

    @property
    def identification(self) -> IdentificationDevice | None:
        """The devices that identify people at the precincts, if there are any."""
        ...

    @property
    def uploads(self) -> Uploads:
        """Documents that come in parts."""
        ...

    @property
    def intake_desk(self) -> IntakeDesk:
        """What the intake works with."""
        ...

    @property
    def station_desk(self) -> StationDesk | None:
        """Who answers "find my station", if anybody."""
        ...

    @property
    def voter_entries(self) -> VoterEntries | None:
        """What tells people their own entries in the voter list, if anybody does."""
        ...

    @property
    def session_secret(self) -> bytes:
        """Signs the cookies of the commissions' members."""
        ...

    @property
    def client_secret(self) -> str | None:
        """What the identity provider knows us by."""
        ...

    @property
    def cabinet_key(self) -> bytes:
        """Seals the cookies of the voters."""
        ...

    @property
    def citizens_secret(self) -> str | None:
        """What the voters' identity provider knows us by."""
        ...
