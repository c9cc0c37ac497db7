"""What docs/aws-limits.md says of our own bounds is what the code says, and they leave room below the services'."""

from __future__ import annotations

import re
from pathlib import Path

from shailoo.adapters.aws.signer import MOST_SIGNED
from shailoo.adapters.aws.transaction import MOST_BYTES, MOST_ITEMS, MOST_RECORDS, Offer, cut
from shailoo.adapters.limits import LARGEST_MESSAGE, LARGEST_RECORD
from shailoo.records.seal import LARGEST
from shailoo.rules.upload_parts import LEAST_PART

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "aws-limits.md").read_text("utf-8")
LONGEST_KEY = 255
ITEM, TRANSACTION, PAYLOAD, SIGNED, MESSAGE = 400_000, 4_000_000, 6_000_000, 4_096, 262_144
"""What the services take, the smaller reading of each."""


def test_a_record_fits_into_an_item_and_a_full_transaction_into_the_services() -> None:
    assert LARGEST_RECORD + 4 * LONGEST_KEY < ITEM
    assert MOST_ITEMS == 100
    assert 3 * MOST_RECORDS + 1 <= MOST_ITEMS
    assert MOST_BYTES + MOST_ITEMS * 3 * LONGEST_KEY < TRANSACTION


def test_a_long_call_is_cut_into_transactions_and_loses_nothing() -> None:
    offers = [Offer(f"report/{at:03}", bytes(LARGEST_RECORD if at % 3 else 10)) for at in range(100)]
    groups = list(cut(offers))
    assert [offer for group in groups for offer in group] == offers
    assert all(3 * len(group) + 1 <= MOST_ITEMS for group in groups)
    assert all(sum(len(offer.body) for offer in group) <= MOST_BYTES for group in groups)


def test_what_a_function_is_sent_fits_with_base64() -> None:
    for largest in (LARGEST, LEAST_PART):
        assert -(-largest // 3) * 4 < PAYLOAD


def test_the_document_says_what_the_code_says() -> None:
    for said in (f"{LARGEST_RECORD:,} bytes", f"{MOST_RECORDS} records", f"{MOST_BYTES / 1e6:.1f} MB of bodies"):
        assert said in DOCUMENT
    assert f"a sealed bundle of {LARGEST // 1_000_000} MB" in DOCUMENT
    assert (MOST_SIGNED, LARGEST_MESSAGE) == (SIGNED, MESSAGE)


def test_every_file_that_the_document_names_is_there() -> None:
    root = Path(__file__).resolve().parents[3]
    named = re.findall(r"`((?:tests|infra|builder|functions)/[a-z0-9_/.]+)`", DOCUMENT)
    assert len(named) > 10
    assert [one for one in named if not (root / one).exists()] == []
