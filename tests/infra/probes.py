"""What can be tried at each resource: a word, and the requests that it stands for.

A word holds for a role when every one of its requests is allowed, and must not hold in part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.cloudformation import ACCOUNT
from tests.infra.iam import Context, Policies, Question

_TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/"
_KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/"
_QUEUE = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:"
_SECRET = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:"


@dataclass(frozen=True)
class Try:
    """One request."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def _at(service: str, resource: str, *actions: str, **context: str) -> tuple[Try, ...]:
    said = {name.replace("__", ":"): value for name, value in context.items()}
    return tuple(Try(f"{service}:{action}", resource, said) for action in actions)


def _lead(action: str, table: str, *keys: str) -> tuple[Try, ...]:
    return tuple(Try(f"dynamodb:{action}", _TABLE + table, {"dynamodb:LeadingKeys": [key]}) for key in keys)


def _table(name: str) -> dict[str, tuple[Try, ...]]:
    return {
        "read": _at("dynamodb", _TABLE + name, "GetItem"),
        "read many": _at("dynamodb", _TABLE + name, "BatchGetItem", "Query"),
        "scan": _at("dynamodb", _TABLE + name, "Scan", "PartiQLSelect", "ExportTableToPointInTime"),
        "drop": _at("dynamodb", _TABLE + name, "DeleteTable", "UpdateTable", "UpdateContinuousBackups"),
    }


def _bucket(name: str, *prefixes: str) -> dict[str, tuple[Try, ...]]:
    here = f"arn:aws:s3:::{name}"
    words = {"list": _at("s3", here, "ListBucket")}
    words["lock"] = _at("s3", f"{here}/x", "GetObjectRetention", "PutObjectRetention")
    words["unlock"] = _at("s3", f"{here}/x", "BypassGovernanceRetention", "DeleteObjectVersion", "PutObjectLegalHold")
    words["open up"] = _at(
        "s3", here, "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketPublicAccessBlock", "DeleteBucket"
    )
    for prefix in prefixes or ("",):
        one = prefix if prefix.endswith(".json") else f"{prefix}x"
        said = f" {prefix}" if prefix else ""
        words[f"get{said}"] = _at("s3", f"{here}/{one}", "GetObject")
        words[f"put{said}"] = _at("s3", f"{here}/{one}", "PutObject")
        words[f"delete{said}"] = _at("s3", f"{here}/{one}", "DeleteObject")
    return words


def _queue(name: str) -> dict[str, tuple[Try, ...]]:
    return {
        "send": _at("sqs", _QUEUE + name, "SendMessage"),
        "take": _at("sqs", _QUEUE + name, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
        "purge": _at("sqs", _QUEUE + name, "PurgeQueue", "DeleteQueue", "SetQueueAttributes"),
    }


def _signer(name: str) -> dict[str, tuple[Try, ...]]:
    return {
        "sign": _at("kms", _KEY + name, "Sign"),
        "public key": _at("kms", _KEY + name, "GetPublicKey"),
        "destroy": _at("kms", _KEY + name, "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant"),
    }


def _secret(name: str, key: str = "SecretsKey") -> dict[str, tuple[Try, ...]]:
    mine = {"kms:EncryptionContext:SecretARN": _SECRET + name}
    opened = Try("kms:Decrypt", _KEY + key, mine)
    return {
        "read": (*_at("secretsmanager", _SECRET + name, "GetSecretValue"), opened),
        "put": _at("secretsmanager", _SECRET + name, "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"),
        "delete": _at("secretsmanager", _SECRET + name, "DeleteSecret", "PutResourcePolicy"),
    }


def _secret_key(name: str) -> dict[str, tuple[Try, ...]]:
    return {
        "open by hand": (Try("kms:Decrypt", _KEY + name),),
        "destroy": _at("kms", _KEY + name, "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"),
    }


def _through(service: str, bucket: str | None = None) -> dict[str, str]:
    context = {"kms:ViaService": f"{service}.eu-central-1.amazonaws.com"}
    return context | ({"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"} if bucket else {})


PROBES: Mapping[str, Mapping[str, tuple[Try, ...]]] = {
    "RecordsTable": {
        **_table("RecordsTable"),
        "append": (
            *_lead("PutItem", "RecordsTable", "key", "seq/000000000001", "waiting"),
            *_lead("UpdateItem", "RecordsTable", "head"),
            *_lead("DeleteItem", "RecordsTable", "waiting"),
        ),
        "put the head": _lead("PutItem", "RecordsTable", "head"),
        "change a record": _lead("UpdateItem", "RecordsTable", "key", "seq/000000000001"),
        "delete a record": _lead("DeleteItem", "RecordsTable", "key", "seq/000000000001", "head"),
        "follow": _at("dynamodb", f"{_TABLE}RecordsTable/stream/1", "GetRecords", "GetShardIterator", "DescribeStream"),
    },
    "ItemsTable": {
        **_table("ItemsTable"),
        "swap": _lead("PutItem", "ItemsTable", "log/head"),
        "delete": (*_lead("DeleteItem", "ItemsTable", "log/head"), *_lead("UpdateItem", "ItemsTable", "log/head")),
    },
    "FinderTable": {
        **_table("FinderTable"),
        "write": (*_lead("PutItem", "FinderTable", "x"), *_at("dynamodb", f"{_TABLE}FinderTable", "BatchWriteItem")),
        "scan": _at("dynamodb", f"{_TABLE}FinderTable", "Scan"),
        "remove": _lead("DeleteItem", "FinderTable", "x"),
        "take away": _at("dynamodb", f"{_TABLE}FinderTable", "ExportTableToPointInTime", "PartiQLSelect"),
    },
    "ObjectsBucket": _bucket("ObjectsBucket"),
    "PrivateBucket": _bucket("PrivateBucket"),
    "UploadsBucket": _bucket("UploadsBucket"),
    "StateBucket": _bucket("StateBucket", "settings.json", "elections/", "publisher/", "prose/", "finder/"),
    "PublicBucket": _bucket("PublicBucket", "results/", "tizme/", "talapker/", ""),
    "AccessBucket": _bucket("AccessBucket"),
    "PublishQueue": _queue("PublishQueue"),
    "CopiesQueue": _queue("CopiesQueue"),
    "DeadPublish": _queue("DeadPublish"),
    "DeadCopies": _queue("DeadCopies"),
    "DeadNews": _queue("DeadNews"),
    "ReceiptKey": _signer("ReceiptKey"),
    "LogKey": _signer("LogKey"),
    "LogSecret": _secret("LogSecret", "LogSecretKey"),
    "ReceiptSecret": _secret("ReceiptSecret", "ReceiptSecretKey"),
    "SealingSecret": _secret("SealingSecret", "SealingSecretKey"),
    "SessionSecret": _secret("SessionSecret"),
    "ClientSecret": _secret("ClientSecret"),
    **{name: _secret(name) for name in ("PersonsSecret", "CabinetSecret", "CitizensSecret", "DeviceSecret")},
    **{name: _secret(name) for name in ("MailSecret", "SmsSecret")},
    "FinderSecret": _secret("FinderSecret"),
    "DataKey": {
        "open originals": (Try("kms:Decrypt", f"{_KEY}DataKey", _through("s3", "ObjectsBucket")),),
        "open settings": (Try("kms:Decrypt", f"{_KEY}DataKey", _through("s3", "StateBucket")),),
        "open tables": (Try("kms:Decrypt", f"{_KEY}DataKey", _through("dynamodb")),),
        "open by hand": (Try("kms:Decrypt", f"{_KEY}DataKey"), Try("kms:Encrypt", f"{_KEY}DataKey")),
        "destroy": _at("kms", f"{_KEY}DataKey", "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant"),
    },
    "PrivateKey": {
        "open papers": (Try("kms:Decrypt", f"{_KEY}PrivateKey", _through("s3", "PrivateBucket")),),
        "seal papers": (Try("kms:GenerateDataKey", f"{_KEY}PrivateKey", _through("s3", "PrivateBucket")),),
        "open by hand": (Try("kms:Decrypt", f"{_KEY}PrivateKey"), Try("kms:Encrypt", f"{_KEY}PrivateKey")),
        "destroy": _at("kms", f"{_KEY}PrivateKey", "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant"),
    },
    **{name: _secret_key(name) for name in ("SealingSecretKey", "LogSecretKey", "ReceiptSecretKey")},
    "SecretsKey": {
        "open by hand": (Try("kms:Decrypt", f"{_KEY}SecretsKey"), Try("kms:Encrypt", f"{_KEY}SecretsKey")),
        "destroy": _at("kms", f"{_KEY}SecretsKey", "ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant"),
    },
}
"""Resource -> word -> requests."""


def words(policies: Policies, principal: str, resource: str) -> set[str]:
    """The words that hold for a principal at a resource; one that holds in part is marked with `half:`."""
    found = set()
    for word, tries in PROBES[resource].items():
        allowed = [policies.allows(Question(principal, one.action, one.resource, one.context)) for one in tries]
        if any(allowed):
            found.add(word if all(allowed) else f"half: {word}")
    return found
