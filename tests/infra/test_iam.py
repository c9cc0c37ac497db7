"""The evaluator of policies, against what the provider's documents say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from infra.cloudformation import ACCOUNT
from tests.infra.iam import Context, Policies, Question

ROLE = f"arn:aws:iam::{ACCOUNT}:role/one"
OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"
BUCKET = "arn:aws:s3:::b"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/k"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def _allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- parts of a statement
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _deny(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- as above
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def _may(
    own: list[dict[str, Any]],
    action: str,
    resource: str = f"{BUCKET}/x",
    *,
    on: Sequence[dict[str, Any]] = (),
    context: Context | None = None,
) -> bool:
    bearer = resource.partition("/")[0] if resource.startswith("arn:aws:s3") else resource
    return Policies({ROLE: own}, {bearer: list(on)}).allows(Question(ROLE, action, resource, context or {}))


def test_what_nobody_allows_is_denied() -> None:
    assert not _may([], "s3:GetObject")
    assert _may([_allow("s3:GetObject")], "s3:GetObject")
    assert not _may([_allow("s3:GetObject")], "s3:PutObject")


def test_a_denial_outweighs_every_permission_wherever_it_stands() -> None:
    both = [_allow("*"), _deny("s3:Get*")]
    assert not _may(both, "s3:GetObject")
    assert _may(both, "s3:PutObject")
    on = [_deny("s3:PutObject", Principal="*")]
    assert not _may([_allow("*")], "s3:PutObject", on=on)


def test_within_an_account_the_policy_of_a_resource_is_enough() -> None:
    assert _may([], "s3:GetObject", on=[_allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE})])
    assert not _may([], "s3:GetObject", on=[_allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": OTHER})])


def test_a_key_is_used_only_where_its_own_policy_lets_the_account_decide() -> None:
    own = [_allow("kms:Sign", KEY)]
    assert not _may(own, "kms:Sign", KEY)
    assert _may(own, "kms:Sign", KEY, on=[_allow("kms:*", Principal=ROOT)])
    assert not _may([], "kms:Sign", KEY, on=[_allow("kms:*", Principal=ROOT)])


def test_actions_have_no_case_and_resources_have() -> None:
    assert _may([_allow("S3:getobject")], "s3:GetObject")
    assert not _may([_allow("s3:GetObject", "arn:aws:s3:::B/*")], "s3:GetObject")


@pytest.mark.parametrize(
    ("pattern", "resource", "fits"),
    [
        (f"{BUCKET}/*", f"{BUCKET}/a/b/c", True),
        (f"{BUCKET}/?", f"{BUCKET}/a", True),
        (f"{BUCKET}/?", f"{BUCKET}/ab", False),
        (f"{BUCKET}/[a]", f"{BUCKET}/a", False),
        (BUCKET, f"{BUCKET}/a", False),
    ],
)
def test_wildcards_are_those_of_policies(pattern: str, resource: str, fits: bool) -> None:
    assert _may([_allow("s3:GetObject", pattern)], "s3:GetObject", resource) == fits


def test_everything_but_is_everything_but() -> None:
    own = [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]
    assert _may(own, "s3:GetObject")
    assert not _may(own, "iam:CreateRole")
    but = [_allow("*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{BUCKET}/mine/*"}]
    assert _may(but, "s3:PutObject", f"{BUCKET}/mine/x")
    assert not _may(but, "s3:PutObject", f"{BUCKET}/yours/x")


@pytest.mark.parametrize(
    ("operator", "wanted", "context", "holds"),
    [
        ("StringEquals", "a", {"k": "a"}, True),
        ("StringEquals", ["a", "b"], {"k": "b"}, True),
        ("StringEquals", "a", {}, False),
        ("StringNotEquals", "a", {"k": "b"}, True),
        ("StringNotEquals", ["a", "b"], {"k": "b"}, False),
        ("StringNotEquals", "a", {}, True),
        ("StringLike", "a*", {"k": "ab"}, True),
        ("Bool", "false", {"k": "true"}, False),
        ("ForAllValues:StringEquals", ["a", "b"], {"k": ["a", "b"]}, True),
        ("ForAllValues:StringEquals", ["a", "b"], {"k": ["a", "c"]}, False),
        ("ForAllValues:StringEquals", ["a"], {}, True),
        ("ForAnyValue:StringNotEquals", ["a"], {"k": ["a"]}, False),
        ("ForAnyValue:StringNotEquals", ["a"], {"k": ["a", "c"]}, True),
        ("ForAnyValue:StringNotEquals", ["a"], {}, False),
    ],
)
def test_conditions_hold_as_documented(operator: str, wanted: object, context: Context, holds: bool) -> None:
    own = [_allow("s3:GetObject", Condition={operator: {"k": wanted}})]
    assert _may(own, "s3:GetObject", context=context) == holds


def test_an_unknown_condition_is_never_guessed() -> None:
    with pytest.raises(KeyError):
        _may([_allow("s3:GetObject", Condition={"DateLessThan": {"k": "2026"}})], "s3:GetObject", context={"k": "2025"})


def test_a_denial_for_all_but_one_spares_the_one() -> None:
    on = [_deny("s3:*", Principal="*", Condition={"ArnNotEquals": {"aws:PrincipalArn": ROLE}})]
    assert _may([_allow("s3:*")], "s3:GetObject", on=on)
    other = Policies({OTHER: [_allow("s3:*")]}, {BUCKET: on})
    assert not other.allows(Question(OTHER, "s3:GetObject", f"{BUCKET}/x"))
