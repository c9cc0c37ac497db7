"""The program of the sending: `python -m edge_agent.send --dir FOLDER --url ADDRESS`; `--usb FOLDER` without a modem.

It sends the same bytes until a verified receipt is stored, with longer and longer pauses, for hours, across restarts.
Exit status: 0 a receipt is stored (or the file is written), 2 wrong call, 3 a receipt is stored and says that another
report of this box came first, 4 the intake refused, 5 patience is over, 6 the report is not printed yet, 7 the box
cannot be read or written.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random, SystemRandom

from edge_agent.clock import SystemClock
from edge_agent.disk import REAL, Disk
from edge_agent.errors import BadReceiptOfOurs, GaveUp, IntakeRefused, NotPrinted
from edge_agent.events import EventKind
from edge_agent.outbox import Outbox
from edge_agent.storage import Upload
from edge_agent.transport import Answer, HttpTransport, Transport, Unreachable, shown_by
from shailoo.errors import ShailooError
from shailoo.i18n import Catalog, catalog, msgid
from shailoo.model.base import LANGUAGES, Language
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


EXIT_CONFLICT, EXIT_REFUSED, EXIT_GAVE_UP, EXIT_NOT_PRINTED, EXIT_BOX = 3, 4, 5, 6, 7
SAID: Mapping[str, str] = {
    "not-printed": msgid("This report is not printed yet. Print it and hand it out; then send."),
    "intake-refused": msgid("The intake refused the report. Tell the superior commission; the paper report stands."),
    "gave-up": msgid("No receipt came in time. Send again, or carry the sealed file to the superior commission."),
    "wrong-receipt": msgid("This is not the receipt for the report of this box."),
    "printer-failed": msgid("The file could not be written. Is the USB stick full or locked?"),
    "box-busy": msgid("The report is being sent already."),
    "not-provisioned": msgid("There is no prepared box in this folder."),
    "storage-damaged": msgid("The storage of this box cannot be read. Call for a reserve box, or count by hand."),
}
OUTCOMES: Mapping[str, str] = {
    "accepted": msgid("The report has arrived. The receipt is stored."),
    "conflict": msgid(
        "The report has arrived, but another one of this box was there before. Tell the superior commission."
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program of the sending and return its exit status."""
    chosen = _parser().parse_args(arguments)
    language: Language = chosen.language
    speak = catalog("edge_agent", language)
    clock = SystemClock()
    try:
        if chosen.usb is not None:
            with Outbox.open(chosen.dir, clock, chosen.kind) as outbox:
                path = outbox.carry(chosen.usb)
            sentence = speak.gettext("Carry this file to the superior commission: {file}", file=path.name)
            sys.stdout.write(f"{sentence}\n")
            return 0
        if chosen.receipt is not None:
            with Outbox.open(chosen.dir, clock, chosen.kind) as outbox:
                receipt = outbox.take_receipt(chosen.receipt.read_bytes())
        else:
            receipt = send(
                chosen.dir,
                HttpTransport(chosen.url, shows=shown_by(chosen.dir, chosen.authorities)),
                clock,
                SystemRandom(),
                kind=chosen.kind,
                patience_s=chosen.hours * 3600,
                tell=lambda reason: print(reason, file=sys.stderr, flush=True),  # noqa: T201  the operator watches it
            )
    except (ShailooError, OSError) as error:
        _complain(error, speak)
        return _exit(error)
    sys.stdout.write(f"{speak.gettext(OUTCOMES[receipt.outcome])}\n{receipt.text()}")
    return 0 if receipt.outcome == "accepted" else EXIT_CONFLICT


def _complain(error: ShailooError | OSError, speak: Catalog) -> None:
    code = error.code if isinstance(error, ShailooError) else "printer-failed"
    sentence = SAID.get(code)
    sys.stderr.write(f"{error if sentence is None else speak.gettext(sentence)} [{code}]\n")
    if isinstance(error, IntakeRefused):
        sys.stderr.write(f"{error.facts['answer']}: {error.facts['said']}\n")


def _exit(error: ShailooError | OSError) -> int:
    match error:
        case IntakeRefused() | BadReceiptOfOurs():
            return EXIT_REFUSED
        case GaveUp():
            return EXIT_GAVE_UP
        case NotPrinted():
            return EXIT_NOT_PRINTED
        case _:
            return EXIT_BOX


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m edge_agent.send", description="Send a printed report of a box.")
    parser.add_argument("--dir", type=Path, default=Path(), help="the folder of the box")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--url", help="address of the intake, such as http://127.0.0.1:8021")
    way.add_argument("--usb", type=Path, metavar="FOLDER", help="write the sealed report to a file here instead")
    way.add_argument("--receipt", type=Path, metavar="FILE", help="store a receipt that was carried back")
    parser.add_argument(
        "--authorities", type=Path, metavar="PEM", help="who certifies the intake, beside the usual ones"
    )
    parser.add_argument("--kind", choices=("final", "annex"), default="final", help="which report")
    parser.add_argument("--hours", type=int, default=12, help="how long to go on trying")
    parser.add_argument("--language", choices=LANGUAGES, default="ky", help="of what is said")
    return parser


if __name__ == "__main__":
    sys.exit(main())
