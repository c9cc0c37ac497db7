"""Notices by mail, through a server, one connection for many (RFC 5321; RFC 3463 for its codes).

Nothing is taken for sent before the server has answered the last line of the message. A connection that breaks
after that line and before the answer leaves it open; the notice then goes again, with the same Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from shailoo.model.notice import MailNotices, Notice, Way
from shailoo.rules.notices import NoticeDeferred, NoticeRefused, NoticesDown

PATIENCE_S: Final = 10
"""For each answer of the server."""
_MOST: Final = 50
"""Messages over one connection: many servers close it after a hundred."""
_OK, _LATER, _NEVER, _CLOSING = 200, 400, 500, 421
_POLICY: Final = (b"5.7.", b"4.7.")
"""The server does not want us, not the address: a setting is wrong, or we are on a list."""


class MailWay:
    """Sends through one server. `context` is what a certificate is judged by; the machine's authorities as a rule."""

    way: Way = "mail"

    def __init__(
        self,
        settings: MailNotices,
        password: str | None,
        host: str,
        context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._settings = settings
        self._password = password
        self._host = host
        self._context = context
        self._link: smtplib.SMTP | None = None
        self._begun_here = 0

    def send(self, notice: Notice) -> None:
        """As the port says."""
        data = message(notice, self._settings.sender, self._host).as_bytes(policy=SMTP)
        link = self._begun()
        try:
            self._judge(link.rcpt(notice.to))
            self._judge(link.data(data))
        except smtplib.SMTPDataError as error:
            self._judge((error.smtp_code, _bytes(error.smtp_error)))
        except (OSError, smtplib.SMTPException) as error:
            # Perhaps only over this address: the server asks on for it, and that may be slow. Whether the server
            # itself is well, the next connection shows.
            self.rest()
            raise NoticeDeferred("The mail server broke off.", cause=type(error).__name__) from None

    def _begun(self) -> smtplib.SMTP:
        """A connection on which a message has begun; one that the server closed meanwhile is opened anew, once."""
        if self._begun_here >= _MOST:
            self.rest()
        while True:
            link, fresh = self._link or self._connect(), self._begun_here == 0
            try:
                answer = link.mail(self._settings.sender)
            except (OSError, smtplib.SMTPException) as error:
                self.rest()
                if fresh:
                    raise NoticesDown("The mail server broke off.", cause=type(error).__name__) from None
                continue
            if _OK <= answer[0] < _LATER:
                self._begun_here += 1
                return link
            self.rest()
            if fresh:
                raise NoticesDown("The mail server does not take our mail.", status=answer[0])

    def rest(self) -> None:
        """As the port says."""
        link, self._link, self._begun_here = self._link, None, 0
        if link is not None:
            try:
                link.quit()
            except (OSError, smtplib.SMTPException):
                link.close()

    def _connect(self) -> smtplib.SMTP:
        wanted = self._settings
        link: smtplib.SMTP | None = None
        try:
            if wanted.secure == "tls":
                link = smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=PATIENCE_S, context=self._context())
            else:
                link = smtplib.SMTP(wanted.host, wanted.port, timeout=PATIENCE_S)
            if wanted.secure == "starttls":
                link.starttls(context=self._context())
            link.ehlo_or_helo_if_needed()
            if wanted.user is not None:
                link.login(wanted.user, self._password or "")
        except (OSError, smtplib.SMTPException) as error:
            if link is not None:
                link.close()
            # Without its cause: a server's words may repeat what it was told.
            raise NoticesDown("The mail server cannot be reached.", cause=type(error).__name__) from None
        self._link, self._begun_here = link, 0
        return link

    def _judge(self, answer: tuple[int, bytes]) -> None:
        """Take an answer for what it says of this address, or of the server."""
        code, said = answer
        if _OK <= code < _LATER:
            return
        if code == _CLOSING or code < _OK:
            self.rest()
            raise NoticesDown("The mail server does not take our mail.", status=code)
        try:
            if self._link is not None:
                self._link.rset()
        except (OSError, smtplib.SMTPException):
            self.rest()
        if code < _NEVER or said.startswith(_POLICY):
            raise NoticeDeferred("The mail server does not take this notice now.", status=code)
        raise NoticeRefused("The mail server knows no such address.", status=code)


def message(notice: Notice, sender: str, host: str) -> EmailMessage:
    """A notice as a mail: plain text, nothing to load, nothing that tells who reads it."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, notice.to, notice.subject
    made["Date"] = format_datetime(notice.at)
    made["Message-ID"] = f"<{notice.id}@{host}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = notice.language
    made.set_content(notice.text, cte="base64")
    return made


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
