"""The one transaction that makes records: head, key and body of each, all or nothing.

At most 100 items and 4 MB, so a transaction carries at most 33 records of three items each beside the head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed, may_be_done
from shailoo.adapters.aws.table import HEAD, RecordTable, Row, Standing, key_row, seq_row, standing_of

MOST_ITEMS: Final = 100
"""DynamoDB's limit for one transaction."""
MOST_RECORDS: Final = (MOST_ITEMS - 1) // 3
MOST_BYTES: Final = 3_500_000
"""Bodies in one transaction: DynamoDB's limit is 4 MB with names and keys."""
_OLD: Final = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
_FAILED: Final = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Offer:
    """A record that has no number yet; with a ticket, one that waits in the table for whoever gives it a number."""

    key: str
    body: bytes
    ticket: str | None = None

    @property
    def sha256(self) -> bytes:
        """What is compared when the key is taken."""
        return hashlib.sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class Committed:
    """The records have the numbers after `head`, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing was written: the head is another, some keys are taken, some tickets are gone."""

    head: int | None
    """Where the head stands, if that was the reason."""
    standing: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contended:
    """Others wrote at the same time, or the answer was lost: look before trying again."""


def cut(offers: Sequence[Offer]) -> Iterator[list[Offer]]:
    """Groups that fit into one transaction each, in order."""
    group: list[Offer] = []
    size = 0
    for offer in offers:
        if group and (len(group) == MOST_RECORDS or size + len(offer.body) > MOST_BYTES):
            yield group
            group, size = [], 0
        group.append(offer)
        size += len(offer.body)
    if group:
        yield group


def commit(
    table: RecordTable, head: int, offers: Sequence[Offer], leaving: Sequence[str] = ()
) -> Committed | Stale | Contended:
    """Give the offers the numbers after `head`, and take the tickets away, theirs and those that are `leaving`.

    Raises StorageFailed when the service refuses.
    """
    tickets = [offer.ticket for offer in offers if offer.ticket is not None] + list(leaving)
    moves = [_move_head(head, head + len(offers))] if offers else []
    puts = [row for seq, offer in enumerate(offers, start=head + 1) for row in _record(seq, offer)]
    steps = moves + puts + [_take_away(ticket) for ticket in tickets]
    for step in steps:
        next(iter(step.values()))["TableName"] = table.name
    try:
        table.client.transact_write_items(TransactItems=steps)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons")
        if code_of(error) == "TransactionCanceledException" and reasons is not None:
            return _why(reasons, offers)
        if not may_be_done(error):
            raise failed(error, "write records") from error
        return Contended()
    except BotoCoreError as error:
        if not may_be_done(error):
            raise failed(error, "write records") from error
        return Contended()
    return Committed()


def _why(reasons: Sequence[Row], offers: Sequence[Offer]) -> Stale | Contended:
    """What stood in the way; anything but a condition means that others were at work."""
    codes = {reason.get("Code") or "None" for reason in reasons} - {"None"}
    if codes != {_FAILED}:
        return Contended()
    head: int | None = None
    if reasons[0].get("Code") == _FAILED and offers:
        head = int(reasons[0]["Item"]["seq"]["N"]) if reasons[0].get("Item") else 0
    standing = {
        offer.key: standing_of(reason["Item"])
        for offer, reason in zip(offers, reasons[1::2], strict=False)  # after the head: key and body of each
        if reason.get("Code") == _FAILED and reason.get("Item")
    }
    return Stale(head, standing)


def _move_head(old: int, new: int) -> Row:
    values = {":new": {"N": str(new)}} | ({":old": {"N": str(old)}} if old else {})
    return {
        "Update": {
            "Key": HEAD,
            "UpdateExpression": "SET seq = :new",
            "ConditionExpression": "seq = :old" if old else "attribute_not_exists(pk)",
            "ExpressionAttributeValues": values,
            **_OLD,
        }
    }


def _record(seq: int, offer: Offer) -> tuple[Row, Row]:
    fresh = {"ConditionExpression": "attribute_not_exists(pk)", **_OLD}
    unique = {"seq": {"N": str(seq)}, "sha256": {"B": offer.sha256}}
    whole = {"key": {"S": offer.key}, "body": {"B": offer.body}}
    return (
        {"Put": {"Item": key_row(offer.key) | unique, **fresh}},
        {"Put": {"Item": seq_row(seq) | whole, "ConditionExpression": "attribute_not_exists(pk)"}},
    )


def _take_away(ticket: str) -> Row:
    """A ticket that its owner took back meanwhile stops the transaction: it was told that nothing was written."""
    return {"Delete": {"Key": waiting_row(ticket), "ConditionExpression": "attribute_exists(pk)"}}


def waiting_row(ticket: str) -> Row:
    """Primary key of a record that waits for its number."""
    return {"pk": {"S": "waiting"}, "sk": {"S": ticket}}
