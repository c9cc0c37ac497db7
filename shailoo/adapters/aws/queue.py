"""A FIFO queue of SQS.

Every message carries a mark of its own: SQS would otherwise take two equal messages within five minutes for one, and
the second says that something came after the first was worked on. A second attempt of the client carries the same one.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed, kept
from shailoo.adapters.aws.session import Client
from shailoo.adapters.limits import check_message, check_receive
from shailoo.ports import Message

_GONE: Final = frozenset({"InvalidParameterValue", "ReceiptHandleIsInvalid"})
"""What SQS says of a receipt whose time is over: the message has come again with another, or is no more."""


class SqsQueue:
    """Queue over SQS. Safe to share between threads and among functions."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: bytes, *, group: str) -> None:
        """Send a message; see Queue."""
        text = check_message(body, group)
        with kept("send a message", group=group):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=text,
                MessageGroupId=group,
                MessageDeduplicationId=secrets.token_hex(16),
            )

    def receive(self, *, most: int = 10, wait_s: int = 0) -> Sequence[Message]:
        """Receive messages; see Queue."""
        check_receive(most, wait_s)
        with kept("receive messages"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Message(one["Body"].encode(), one["ReceiptHandle"], int(one["Attributes"]["ApproximateReceiveCount"]))
            for one in answer.get("Messages", ())
        ]

    def done(self, message: Message) -> None:
        """Take a message away; see Queue."""
        try:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) not in _GONE:
                raise failed(error, "take a message away") from error
