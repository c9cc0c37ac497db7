"""How a function in the cloud learns what it works with: environment variables, and nothing secret among them.

The template sets them (`infra/template.yaml`), the assembly reads them (`shailoo.cloud`). A function is given only what
its role may use, so most are optional; asking for what is not given is a fault that names the variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen

PREFIX = "SHAILOO_"
Name = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class BadEnvironment(Refused):
    """A variable of the function's environment is missing or cannot be used."""

    code = "bad-environment"


class CloudSettings(Frozen):
    """Each field is the environment variable `SHAILOO_` and its name in capitals."""

    stage: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,19}$")]
    """Name of the deployment: `night-2026`, `test`."""
    state_bucket: Name
    """`settings.json`, `elections/<id>.zip`, the publisher's snapshots below `publisher/`, the index's stations below
    `finder/`."""
    records_table: Name | None = None
    """Records and their feed."""
    items_table: Name | None = None
    """Values replaced by compare-and-swap: pointers, leases, marks, counters."""
    objects_bucket: Name | None = None
    """Immutable objects under their own digest: sealed originals."""
    private_bucket: Name | None = None
    """Contents and documents of cases; only where personal data are in the cloud."""
    uploads_bucket: Name | None = None
    """Documents that come in parts."""
    public_bucket: Name | None = None
    """What CloudFront serves: `results/`, `tizme/`, `talapker/`."""
    finder_table: Name | None = None
    """Index of find-my-station; only where personal data are in the cloud."""
    publish_queue: Name | None = None
    """URL of the FIFO queue that wakes the publisher."""
    copies_queue: Name | None = None
    """URL of the FIFO queue that wakes the copyist."""
    receipt_key: Name | None = None
    """KMS key that signs receipts (Ed25519)."""
    log_key: Name | None = None
    """KMS key that signs heads of the log (Ed25519)."""
    receipt_secret: Name | None = None
    """Secret with the key that signs receipts, instead of `receipt_key`: of an installation that was moved here."""
    log_secret: Name | None = None
    """Secret with the key that signs heads of the log, instead of `log_key`: a log goes on with its own key only."""
    sealing_secret: Name | None = None
    """Secret with the sealing keys, PEM after PEM: the intake alone may read it."""
    session_secret: Name | None = None
    """Secret of the cookies: the staff function alone."""
    persons_secret: Name | None = None
    """Secret under which people are known in records of cases: the functions of cases alone."""
    client_secret: Name | None = None
    """Secret that the identity provider knows us by: the staff function alone."""
    finder_secret: Name | None = None
    """Secret under which the keys of find-my-station are made: that function alone."""
    cabinet_secret: Name | None = None
    """Secret of the voters' cookies: the cabinet's function alone."""
    device_secret: Name | None = None
    """Secret that the devices at precincts know us by: the staff function alone."""
    mail_secret: Name | None = None
    """Password at the mail server of notices: the function of notices alone."""
    sms_secret: Name | None = None
    """What the gateway for text messages knows us by: the same."""
    citizens_secret: Name | None = None
    """Secret that the voters' identity provider knows us by: the cabinet's function alone."""
    keep_days: Annotated[str, StringConstraints(pattern=r"^[a-z-]+=[0-9]{1,5}(,[a-z-]+=[0-9]{1,5})*$")] | None = None
    """Kinds of papers whose originals are locked for longer than the others, each with its days: `protocol=3653,…`."""
    proxies: Annotated[int, Field(ge=0, le=9)] = 1
    """Servers of ours before the function that add to `X-Forwarded-For`."""
    endpoint: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    """Another address of the cloud's own interfaces: an emulator on this machine."""
    home: Literal["cloud"] = "cloud"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment. Raises BadEnvironment, which names the variable."""
        given = {
            name: value for name in cls.model_fields if (value := environment.get(PREFIX + name.upper(), "")) != ""
        }
        try:
            return cls.model_validate_strings(given)
        except ValidationError as error:
            where = PREFIX + ".".join(str(part) for part in error.errors()[0]["loc"]).upper()
            raise BadEnvironment(
                "A variable of the environment is missing or cannot be used.", variable=where
            ) from error

    def need(self, field: str) -> str:
        """The value of a field that this function must have been given. Raises BadEnvironment."""
        value = getattr(self, field)
        if value is None:
            raise BadEnvironment("This function was not given what it needs.", variable=PREFIX + field.upper())
        return str(value)
