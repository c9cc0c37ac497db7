"""Evaluates policies as an account would: an explicit denial, then a permission, else no.

Within one account a permission in the role's own policy or in the resource's policy is enough, save for keys, whose own
policy must let the account decide. Conditions are those that our templates use; any other is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from infra.cloudformation import ACCOUNT, TEMPLATES, Resolved, load, resolve

Context = Mapping[str, str | Sequence[str]]
_SECRETS = (
    "SealingSecret", "SessionSecret", "ClientSecret", "PersonsSecret", "CabinetSecret", "CitizensSecret",
    "DeviceSecret", "MailSecret", "SmsSecret", "FinderSecret", "LogSecret", "ReceiptSecret",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """May a principal do something to a resource, under circumstances?"""

    principal: str
    """ARN of a role, or the name of a service."""
    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Policies:
    """What a template says: identity -> statements of its own, ARN of a resource -> statements of its policy."""

    own: Mapping[str, Sequence[dict[str, Any]]]
    resource: Mapping[str, Sequence[dict[str, Any]]]

    @classmethod
    def of(cls, made: Resolved) -> Policies:
        """Of template.yaml with the policies that custody.yaml gives its secrets."""
        names = ("Stage", "BreakGlassRoleArn", "CeremonyRoleArn", "MoveRoleArn")
        secrets = {f"{name}Arn": made.outputs.get(f"{name}Arn", "") for name in _SECRETS}
        given = {name: made.parameters[name] for name in names} | secrets
        return cls._with(made, resolve(load(TEMPLATES / "custody.yaml"), given))

    @classmethod
    def _with(cls, made: Resolved, custody: Resolved) -> Policies:
        own = {
            f"arn:aws:iam::{ACCOUNT}:role/{role['RoleName']}": [
                one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]
            ]
            for role in made.of_type("AWS::IAM::Role").values()
        }
        on: dict[str, list[dict[str, Any]]] = {}
        for name, one in {**made.resources, **custody.resources}.items():
            said = one["Properties"]
            match one["Type"]:
                case "AWS::KMS::Key":
                    on[f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{name}"] = said["KeyPolicy"]["Statement"]
                case "AWS::DynamoDB::Table" if "ResourcePolicy" in said:
                    arn = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/{name}"
                    on[arn] = said["ResourcePolicy"]["PolicyDocument"]["Statement"]
                case "AWS::S3::BucketPolicy":
                    on[f"arn:aws:s3:::{said['Bucket']}"] = said["PolicyDocument"]["Statement"]
                case "AWS::SecretsManager::ResourcePolicy":
                    on[said["SecretId"]] = said["ResourcePolicy"]["Statement"]
                case "AWS::SQS::QueuePolicy":
                    for url in said["Queues"]:
                        arn = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{url.rpartition('/')[2]}"
                        on[arn] = said["PolicyDocument"]["Statement"]
                case _:
                    pass
        return cls(own, on)

    def allows(self, asked: Question) -> bool:
        own = [one for one in self.own.get(asked.principal, ()) if _speaks_of(one, asked)]
        there = self.resource.get(_whole(asked.resource), ())
        on = [one for one in there if _names(one, asked) and _speaks_of(one, asked)]
        if any(one["Effect"] == "Deny" for one in (*own, *on)):
            return False
        if asked.resource.startswith("arn:aws:kms:"):
            account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
            trusts = any(one["Effect"] == "Allow" and one["Principal"] == account for one in on)
            return (trusts and bool(own)) or any(one["Effect"] == "Allow" and one["Principal"] != account for one in on)
        return any(one["Effect"] == "Allow" for one in (*own, *on))


def _whole(arn: str) -> str:
    """The resource that bears the policy: of an object its bucket."""
    return arn.partition("/")[0] if arn.startswith("arn:aws:s3:::") else arn


def _names(statement: Mapping[str, Any], asked: Question) -> bool:
    """Whether the principal of a resource's statement is the one who asks."""
    principal = statement["Principal"]
    if principal == "*":
        return True
    if "Service" in principal:
        return asked.principal in _list(principal["Service"])
    account = f"arn:aws:iam::{ACCOUNT}:"
    here = asked.principal.startswith(account)
    return here and any(one in (asked.principal, f"{account}root") for one in _list(principal["AWS"]))


def _speaks_of(statement: Mapping[str, Any], asked: Question) -> bool:
    known = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    assert statement.keys() <= known, statement.keys() - known
    if "Action" in statement:
        acts = _any(statement["Action"], asked.action, ignore_case=True)
    else:
        acts = not _any(statement["NotAction"], asked.action, ignore_case=True)
    if "Resource" in statement:
        on = _any(statement["Resource"], asked.resource)
    else:
        on = not _any(statement["NotResource"], asked.resource)
    return (
        acts
        and on
        and all(
            _holds(operator, key, _list(wanted), asked)
            for operator, pairs in statement.get("Condition", {}).items()
            for key, wanted in pairs.items()
        )
    )


def _any(patterns: str | list[str], text: str, *, ignore_case: bool = False) -> bool:
    if ignore_case:
        return any(_like(one.lower(), text.lower()) for one in _list(patterns))
    return any(_like(one, text) for one in _list(patterns))


def _like(pattern: str, text: str) -> bool:
    """`*` and `?` as in policies; brackets mean themselves."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _holds(operator: str, key: str, wanted: Sequence[str], asked: Question) -> bool:
    context: dict[str, str | Sequence[str]] = {"aws:SecureTransport": "true", **asked.context}
    if asked.principal.startswith("arn:"):
        context.setdefault("aws:PrincipalArn", asked.principal)
    quantifier, _, name = operator.rpartition(":")
    values = None if key not in context else _list(context[key])
    negated = "Not" in name
    test = {
        "ArnEquals": _like, "ArnLike": _like, "ArnNotEquals": _like, "ArnNotLike": _like, "Bool": str.__eq__,
        "StringEquals": str.__eq__, "StringLike": _like, "StringNotEquals": str.__eq__, "StringNotLike": _like,
    }[name]  # fmt: skip

    def fits(value: str) -> bool:
        return any(test(str(one), value) for one in wanted) != negated

    match quantifier:
        case "ForAllValues":
            return all(fits(value) for value in values or ())
        case "ForAnyValue":
            return any(fits(value) for value in values or ())
        case "":
            return negated if values is None else any(fits(value) for value in values)
        case _:
            raise AssertionError(operator)


def _list(one: Any) -> list[Any]:  # noqa: ANN401 -- a policy writes one thing or several
    return [one] if isinstance(one, (str, int, bool)) else list(one)


def roles(made: Resolved) -> dict[str, str]:
    """Short name of a role -> its ARN."""
    found: Iterable[str] = (role["RoleName"] for role in made.of_type("AWS::IAM::Role").values())
    return {name.rpartition("-")[2]: f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in found}
