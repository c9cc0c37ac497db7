"""Who is told when something is wrong with a machine. Passwords and tokens stand elsewhere: in the environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen

MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s,<>]{1,64}@[^@\s,<>]{1,190}$")]


class MailServer(Frozen):
    """A server that takes mail."""

    host: Annotated[str, StringConstraints(min_length=1, max_length=253)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    encrypted: bool = False
    """With STARTTLS; needed wherever a user is named."""
    user: str | None = None
    """Signs in with the password in the environment's SHAILOO_SMTP_PASSWORD."""


class MailAlerts(Frozen):
    """Alerts by mail: through a server, or, without one, the machine's own `sendmail`."""

    sender: MailAddress
    to: Annotated[tuple[MailAddress, ...], Field(min_length=1, max_length=20)]
    server: MailServer | None = None


class AlertSettings(Frozen):
    """By mail, to an address of the web, or both."""

    mail: MailAlerts | None = None
    webhook: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] | None = None
    """Takes a POST with JSON; a token, if the environment's SHAILOO_WEBHOOK_TOKEN holds one, as `Authorization`."""
