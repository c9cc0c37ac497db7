"""Identifiers as types of their own, so that a station number is never passed for a box."""

from __future__ import annotations

from typing import NewType

ElectionId = NewType("ElectionId", str)
"""`[a-z0-9-]{3,40}`, for example `jk-2021-11-28`."""
RegionId = NewType("RegionId", str)
"""`[a-z0-9-]+`, for example `osh-oblast`; `abroad` is a region too."""
CommissionId = NewType("CommissionId", str)
"""`cec`, `tec-12`, `dec-27`, `pec-1004`."""
DistrictId = NewType("DistrictId", str)
"""`d01`-style identifier of an electoral district."""
StationNo = NewType("StationNo", str)
"""The number of a polling station as printed, four digits in Kyrgyzstan."""
BoxId = NewType("BoxId", str)
"""Serial number of an automatic ballot box, `ABB-003117`."""
ContestId = NewType("ContestId", str)
"""`pr`, `smd-27`, `q1`: one question on which votes are counted."""
Digest = NewType("Digest", str)
"""Lower-case hexadecimal SHA-256, 64 characters."""
