"""The base of every record, and the small values that many of them share."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

Language = Literal["ky", "ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ky", "ru", "en")
"""Kyrgyz first: the order in which languages appear everywhere."""


class Frozen(BaseModel):
    """A value: immutable, without unknown fields, without silent conversion between types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Name(Frozen):
    """A name in the three languages. None may be empty."""

    ky: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    ru: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=300)]

    def text(self, language: Language) -> str:
        """Return the name in one language."""
        match language:
            case "ky":
                return self.ky
            case "ru":
                return self.ru
            case "en":
                return self.en


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment in UTC. Inside the system there is no other time; zones appear only on pages and on tape."""


@lru_cache(maxsize=1024)
def stamp(moment: datetime) -> str:
    """Format a moment as `2021-11-28T14:02:11Z`: UTC, whole seconds (RFC 3339).

    Raises ValueError for a time without zone or with fractions of a second, which would not survive a round trip.
    """
    if moment.tzinfo is None or moment.microsecond:
        message = "a moment that is written down has a zone and whole seconds"
        raise ValueError(message)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_stamp(text: str) -> datetime:
    """Read what `stamp` writes, and nothing else. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC or stamp(moment) != text:
        message = f"not a canonical UTC time: {text!r}"
        raise ValueError(message)
    return moment
