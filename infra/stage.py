"""What one deployment is: `infra/stages/<stage>.toml`, read once and checked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import NotFound, Refused
from shailoo.model.base import Frozen

STAGES: Final = Path(__file__).parent / "stages"
STAGE: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
FILLED_IN: Final = frozenset(
    {"Stage", "ArtifactBucket", "TruststoreVersion", "WebAclArn", "Endpoint"}
    | {f"{name}Code" for name in ("Intake", "Herald", "Publisher", "Staff", "Cases", "Notices", "Tizme", "Copyist")}
)
"""Parameters of the template that the deployment itself knows."""


class NoSuchStage(NotFound):
    """There is no file for this deployment."""

    code = "no-such-stage"


class BadStage(Refused):
    """The file of a deployment, or its name, is not written as it must be."""

    code = "bad-stage"


class Budgets(Frozen):
    """What a deployment may cost, in dollars, and who is told."""

    address: Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")]
    monthly: Annotated[int, Field(ge=1)]
    daily: Annotated[int, Field(ge=1)]


class StageFile(Frozen):
    """One deployment. Nothing in it is secret."""

    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    installation: str | None = None
    """Folder from which settings and election packages are uploaded; None: they are there already."""
    truststore: str | None = None
    """File with the authorities of the ballot boxes' certificates (PEM)."""
    firewall: bool = False
    budgets: Budgets | None = None
    parameters: dict[str, str | int] = Field(default_factory=dict)
    """Parameters of template.yaml that differ from their defaults."""


def read_stage(name: str, folder: Path = STAGES) -> StageFile:
    """The file of a deployment. Raises NoSuchStage, BadStage."""
    if not STAGE.fullmatch(name):
        raise BadStage("A stage has up to 20 small letters, digits and hyphens, first a letter.", stage=name[:40])
    path = folder / f"{name}.toml"
    try:
        stage = StageFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise NoSuchStage("Copy infra/stages/example.toml to a file of this name, fill it in.", stage=name) from error
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        where = None
        if isinstance(error, ValidationError):
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadStage("The file of the stage is not written as it must be.", stage=name, field=where) from error
    own = FILLED_IN & stage.parameters.keys()
    if own:
        raise BadStage("The deployment fills this parameter in itself; take it out.", stage=name, field=min(own))
    return stage
