"""What happens to notices: how many went, how many did not. To whom, and about what, is never said."""

from __future__ import annotations

from typing import Annotated, Literal

from shailoo.model.event import Code, Count, Event, Metric, Seconds, Status, event

Way = Literal["mail", "sms"]
Answer = Annotated[Status, "of the mail server (RFC 5321) or the gateway, if there was one"]


@event(
    "info",
    "server",
    "notices",
    act="Nothing.",
    metrics=(
        Metric("counter", "NoticesSent", "notices that the other side has taken on", by=("way",)),
        Metric("histogram", "NoticeAgeS", "from what happened to its notice", of="age_s", unit="Seconds"),
    ),
    quiet=True,
)
class NoticeSent(Event):
    """A notice was taken on by the mail server or the gateway."""

    way: Way
    age_s: Seconds


@event(
    "info",
    "server",
    "notices",
    act="Single ones: nothing. `refused` for most: the sender's name or address does not please the other side; "
    "docs/notices.md. `limited`: one address is named in very many cases.",
    metrics=(Metric("counter", "NoticesNotTaken", "attempts after which nothing was sent", by=("way", "became")),),
    strangers=True,
)
class NoticeNotTaken(Event):
    """A notice was not sent, now (`waits`) or for good. The case's page for officials shows it."""

    way: Way
    became: Literal["waits", "refused", "given-up", "limited", "unusable"]


@event(
    "warning",
    "server",
    "notices",
    act="Look at `notices` in settings.json, the secret, the network, the other side's bill. It goes on by itself.",
    metrics=(Metric("counter", "NoticesPaused", "times that a whole way did not work", by=("way",)),),
)
class NoticesPaused(Event):
    """A whole way of notices does not work; it is left alone for a while, at most half an hour. Nothing is lost."""

    way: Way
    status: Answer | None = None


@event(
    "warning",
    "server",
    "notices",
    act="`storage-failed` again and again: the disk or the tables; it goes on by itself.",
)
class NoticesFailed(Event):
    """A round of notices could not be ended."""

    way: Way
    code: Code


@event(
    "info",
    "server",
    "notices",
    act="Nothing; `behind` that grows for hours: see notices-paused.",
    metrics=(
        Metric("gauge", "NoticesWaiting", "notices that are tried again later", of="waiting", by=("way",)),
        Metric("gauge", "NoticesBehind", "records that notices have not come to yet", of="behind", by=("way",)),
    ),
    quiet=True,
)
class NoticesWait(Event):
    """How much notices have before them."""

    way: Way
    waiting: Count
    behind: Count
