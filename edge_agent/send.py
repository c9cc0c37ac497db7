"""Sending until a receipt is there: same bytes every time, longer and longer pauses, for hours, across restarts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from edge_agent.disk import REAL, Disk
from edge_agent.errors import BadReceiptOfOurs, GaveUp, IntakeRefused
from edge_agent.events import EventKind
from edge_agent.outbox import Outbox
from edge_agent.storage import Upload
from edge_agent.transport import Answer, Transport, Unreachable
from shailoo.ports import Clock
from shailoo.records.receipt import Receipt
from shailoo.records.seal import MEDIA_TYPE

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
LONGEST_ASKED_S = 3600
PATIENCE_S = 12 * 3600.0
_ANSWERED = (200, 201)
_NOT_NOW = (408, 425, 429)


def send(
    folder: Path,
    transport: Transport,
    clock: Clock,
    rng: Random,
    *,
    kind: Upload = "final",
    sleep: Callable[[float], None] = time.sleep,
    patience_s: float = PATIENCE_S,
    tell: Callable[[str], None] = lambda _: None,
    disk: Disk = REAL,
) -> Receipt:
    """Send a printed report and return its verified, stored receipt.

    One that is there already is returned without a network.

    `tell` hears the reason of each failed attempt (`unreachable`, `http-503`, `wrong-receipt`). Pauses are drawn evenly
    between zero and a bound that doubles from 2 s to 5 min, so that 2,494 boxes do not knock at once after an outage; a
    pause that the intake asks for is kept. A receipt that does not verify counts as no answer: what stands between may
    be a captive portal.

    Raises NotPrinted, IntakeRefused for an answer 4xx in the intake's own shape, and GaveUp after `patience_s` of
    pauses.
    """
    with Outbox.open(folder, clock, kind, disk=disk) as outbox:
        standing = outbox.receipt()
        if standing is not None:
            return standing
        sealed = outbox.sealed()
        waited, tries, bound = 0.0, 0, FIRST_PAUSE_S
        while True:
            tries += 1
            outcome = _attempt(outbox, transport, sealed)
            if isinstance(outcome, Receipt):
                return outcome
            reason, asked = outcome
            tell(reason)
            outbox.log(EventKind.ATTEMPT, reason)
            pause = max(rng.uniform(0, bound), min(asked, LONGEST_ASKED_S))
            if waited + pause > patience_s:
                sentence = "No receipt came in the time given. Send again, or carry the sealed file by hand."
                raise GaveUp(sentence, box=outbox.manifest.box, tries=tries, last=reason)
            sleep(pause)
            waited += pause
            bound = min(bound * 2, LONGEST_PAUSE_S)


def _attempt(outbox: Outbox, transport: Transport, sealed: bytes) -> Receipt | tuple[str, int]:
    """Try once: a stored receipt, or why there is none and how long the other side asks us to wait."""
    try:
        answer = transport.post(outbox.path, sealed, MEDIA_TYPE)
    except Unreachable as error:
        return error.code, 0
    if answer.status in _ANSWERED:
        try:
            return outbox.take_receipt(answer.body)
        except BadReceiptOfOurs as error:
            return error.code, 0
    refusal = _refusal(answer)
    if refusal is not None:
        code, sentence = refusal
        outbox.log(EventKind.REFUSED, code.encode("ascii", "replace").decode())
        text = "The intake refused the report. Tell the superior commission; the paper report stands."
        raise IntakeRefused(text, box=outbox.manifest.box, status=answer.status, answer=code, said=sentence)
    return f"http-{answer.status}", answer.retry_after or 0


def _refusal(answer: Answer) -> tuple[str, str] | None:
    """Code and sentence, if this is a refusal by the intake and not a passing trouble or a stranger's page."""
    if not 400 <= answer.status < 500 or answer.status in _NOT_NOW:  # noqa: PLR2004  the client errors of RFC 9110
        return None
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"code": str(code), "sentence": str(sentence), "facts": dict()}:
            return code[:40], sentence[:300]
        case _:
            return None
