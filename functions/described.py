"""What a route takes and answers, beside its address: for the interface's own description (`functions.openapi`).

Schemas are JSON Schema 2020-12, as pydantic writes them. A route that says nothing is described by its access alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel

Schema = Mapping[str, object]
ANY_OBJECT: Final[Schema] = {"type": "object"}
TEXT: Final[Schema] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Body:
    """A body of one media type."""

    media: str
    schema: Schema = field(default_factory=lambda: TEXT)


@dataclass(frozen=True, slots=True)
class Described:
    """`answers` holds what succeeds, by status; errors have one shape and need not be named."""

    bodies: tuple[Body, ...] = ()
    answers: Mapping[int, tuple[Body, ...]] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    """Schemas of the `{parameters}` of the address; text without one."""


def json_of(model: type[BaseModel]) -> Body:
    """A JSON body of a model."""
    return Body("application/json", model.model_json_schema())


PAGE: Final = Described(answers={200: (Body("text/html"),)})
"""A page for people."""
STYLE: Final = Described(answers={200: (Body("text/css"),)})
SCRIPT: Final = Described(answers={200: (Body("text/javascript"),)})
