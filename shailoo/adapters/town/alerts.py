"""Tell whoever keeps watch: by mail, through a server or the machine's own sendmail, or to an address of the web.

What is told is what the doctor found: names of what was looked at, figures, advice. No person is in it.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import Final

import httpx

from shailoo.errors import ShailooError
from shailoo.model.alerts import AlertSettings, MailAlerts
from shailoo.rules.machine_findings import Finding, worst

_PATIENCE_S: Final = 20
SMTP_PASSWORD: Final = "SHAILOO_SMTP_PASSWORD"  # noqa: S105 -- the variable's name, not a password
WEBHOOK_TOKEN: Final = "SHAILOO_WEBHOOK_TOKEN"  # noqa: S105 -- as above


class AlertNotSent(ShailooError):
    """Somebody was to be told and was not."""

    code = "alert-not-sent"


def tell(settings: AlertSettings, host: str, news: Sequence[Finding], at: datetime) -> int:
    """Tell the news everywhere; returns to how many places it went. One place that fails keeps none of the others.

    Raises AlertNotSent when any place failed, after all were tried.
    """
    told, failed = 0, []
    ways: list[tuple[str, Callable[[], None]]] = []
    if (mail := settings.mail) is not None:
        ways.append(("mail", partial(_mail, mail, host, news, at)))
    if (webhook := settings.webhook) is not None:
        ways.append(("webhook", partial(_post, webhook, host, news, at)))
    for name, send in ways:
        try:
            send()
            told += 1
        except (OSError, smtplib.SMTPException, httpx.HTTPError, subprocess.SubprocessError) as error:
            failed.append(f"{name} ({type(error).__name__})")
    if failed:
        raise AlertNotSent(
            "An alert could not be sent; look at `alerts` in settings.json and at the network.", by=", ".join(failed)
        )
    return told


def subject(host: str, news: Sequence[Finding]) -> str:
    """One line that says all that matters: `[bad] elections.town.kg: disk, backup`."""
    return f"[{worst(news)}] {host}: {', '.join(one.name for one in news)}"[:200]


def text(news: Sequence[Finding], at: datetime) -> str:
    """What stands in a mail."""
    lines = [f"{at:%Y-%m-%d %H:%M:%S} UTC", ""]
    for one in news:
        lines.append(f"{one.level:<4}  {one.name}: {one.says}")
        if one.advice:
            lines.append(f"      {one.advice}")
    return "\n".join([*lines, "", "Only what has changed is told. All of it: shailoo doctor --dir DIR", ""])


def _mail(wanted: MailAlerts, host: str, news: Sequence[Finding], at: datetime) -> None:
    message = EmailMessage()
    message["From"], message["To"] = wanted.sender, ", ".join(wanted.to)
    message["Subject"], message["Date"] = subject(host, news), format_datetime(at)
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(news, at))
    if wanted.server is None:
        place = shutil.which("sendmail", path="/usr/sbin:/usr/lib:/usr/bin")
        if place is None:
            raise FileNotFoundError
        subprocess.run(  # noqa: S603 -- the system's own program, arguments of ours
            [place, "-t", "-oi"], input=message.as_bytes(), check=True, timeout=_PATIENCE_S, capture_output=True
        )
        return
    server = wanted.server
    with smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_S) as way:
        if server.encrypted:
            way.starttls(context=ssl.create_default_context())
        if server.user is not None:
            if not server.encrypted:
                raise smtplib.SMTPNotSupportedError("no password goes over an open line")
            way.login(server.user, os.environ.get(SMTP_PASSWORD, ""))
        way.send_message(message)


def _post(address: str, host: str, news: Sequence[Finding], at: datetime) -> None:
    token = os.environ.get(WEBHOOK_TOKEN)
    said = {
        "host": host,
        "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "level": worst(news),
        "text": subject(host, news),
        "findings": [one.facts() for one in news],
    }
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    with httpx.Client(timeout=_PATIENCE_S, trust_env=False, follow_redirects=False) as way:
        way.post(address, json=said, headers=headers).raise_for_status()
