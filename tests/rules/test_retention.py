"""Which originals are kept longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shailoo.model.document import DocumentReceived, document_key
from shailoo.rules.retention import KINDS, BadRetention, locked_until, read_keep_days

NOW = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)


def _received(kind: str) -> DocumentReceived:
    placed = {"election": "small", "station": "1001", "kind": kind, "part": None, "original": "ab" * 32}
    signed = {"person": "0" * 64, "commission": "precinct-1001", "role": "precinct", "entered": NOW}
    return DocumentReceived.model_validate({**placed, **signed, "media": "image/png", "bytes": 1})


def test_the_original_of_a_kind_that_is_kept_longer_gets_its_date() -> None:
    keep = read_keep_days("protocol=3653,annex=10")
    found = locked_until(document_key(_received("protocol")), keep, now=NOW)
    assert found == ("ab" * 32, NOW + timedelta(days=3653))


def test_other_kinds_and_other_records_keep_the_date_of_all() -> None:
    keep = read_keep_days("protocol=3653")
    assert locked_until(document_key(_received("zero-report")), keep, now=NOW) is None
    for key in ("report/small/ABB-000001/final", "copy/small/1001/protocol/_/" + "ab" * 32 + "/01", "", "document/x"):
        assert locked_until(key, keep, now=NOW) is None


def test_nothing_is_kept_longer_where_nothing_is_said() -> None:
    assert read_keep_days("") == {}
    assert read_keep_days(",".join(f"{kind}=1" for kind in sorted(KINDS))).keys() == KINDS


@pytest.mark.parametrize(
    "text", ["minutes=1", "protocol", "protocol=", "protocol=1,protocol=2", "protocol=-1", "protocol=1,"]
)
def test_what_is_not_said_well_is_refused(text: str) -> None:
    with pytest.raises(BadRetention):
        read_keep_days(text)
