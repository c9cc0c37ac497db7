"""Who may do what: the table, held against the policies as an account would evaluate them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from infra.cloudformation import ACCOUNT, Resolved, resolve
from tests.infra.deployments import BREAK_GLASS, CEREMONY, MOVE, MOVED, parameters
from tests.infra.iam import Policies, Question, roles
from tests.infra.probes import PROBES, words

_READS_RECORDS = {"read", "read many"}
_APPENDS = {*_READS_RECORDS, "append"}
_SETTINGS = {"list", "get settings.json", "get elections/"}

MAY: dict[str, dict[str, set[str]]] = {
    # role: resource: what it may. What is not here, it may not.
    "intake": {
        "RecordsTable": _APPENDS,
        "ItemsTable": {"read", "swap"},
        "ObjectsBucket": {"put"},
        "StateBucket": _SETTINGS,
        "ReceiptKey": {"sign", "public key"},  # this, or the next
        "ReceiptSecret": {"read"},
        "SealingSecret": {"read"},
        "DataKey": {"open tables", "open settings"},
    },
    "herald": {
        "RecordsTable": {"follow"},
        "PublishQueue": {"send"},
        "CopiesQueue": {"send"},
        "ObjectsBucket": {"lock"},
        "DeadNews": {"send"},
        "DataKey": {"open tables"},
    },
    "publisher": {
        "RecordsTable": _APPENDS,
        "ItemsTable": {"read", "swap"},
        "ObjectsBucket": {"get"},
        "StateBucket": {*_SETTINGS, "get publisher/", "put publisher/", "delete publisher/", "get prose/"},
        "PublicBucket": {
            "list",
            *(f"{verb} {portal}/" for verb in ("get", "put", "delete") for portal in ("results", "tizme", "talapker")),
        },
        "PublishQueue": {"take"},
        "LogKey": {"sign", "public key"},  # this, or the next
        "LogSecret": {"read"},
        "DataKey": {"open tables", "open settings", "open originals"},
    },
    "staff": {
        "RecordsTable": _APPENDS,
        "ItemsTable": {"read", "swap"},
        "ObjectsBucket": {"get", "put"},
        "UploadsBucket": {"list", "get", "put", "delete"},
        "StateBucket": _SETTINGS,
        "PrivateBucket": {"get", "put"},
        "PrivateKey": {"open papers", "seal papers"},
        "ReceiptKey": {"sign", "public key"},  # this, or the next
        "ReceiptSecret": {"read"},
        "PersonsSecret": {"read"},
        "DeviceSecret": {"read"},
        "SessionSecret": {"read"},
        "ClientSecret": {"read"},
        "DataKey": {"open tables", "open settings", "open originals"},
    },
    "cases": {
        "RecordsTable": _APPENDS,
        "ItemsTable": {"read", "swap"},
        "UploadsBucket": {"list", "get", "put", "delete"},
        "StateBucket": _SETTINGS,
        "PrivateBucket": {"get", "put"},
        "PrivateKey": {"open papers", "seal papers"},
        "ReceiptKey": {"sign", "public key"},  # this, or the next
        "ReceiptSecret": {"read"},
        "PersonsSecret": {"read"},
        "CabinetSecret": {"read"},
        "CitizensSecret": {"read"},
        "DataKey": {"open tables", "open settings"},
    },
    "notices": {
        "RecordsTable": _READS_RECORDS,
        "ItemsTable": {"read", "swap"},
        "StateBucket": _SETTINGS,
        "PrivateBucket": {"get"},
        "PrivateKey": {"open papers"},
        "PersonsSecret": {"read"},
        "MailSecret": {"read"},
        "SmsSecret": {"read"},
        "DataKey": {"open tables", "open settings"},
    },
    "tizme": {
        "FinderTable": {"read"},
        "ItemsTable": {"read", "swap"},
        "StateBucket": {*_SETTINGS, "get finder/"},
        "FinderSecret": {"read"},
        "DataKey": {"open tables", "open settings"},
    },
    "copyist": {
        "RecordsTable": _APPENDS,
        "ObjectsBucket": {"get", "put"},
        "StateBucket": _SETTINGS,
        "CopiesQueue": {"take"},
        "DataKey": {"open tables", "open settings", "open originals"},
    },
    "home": {
        "RecordsTable": _APPENDS,
        "ItemsTable": {"read", "swap"},
        "FinderTable": {"write", "scan", "remove"},
        "ObjectsBucket": {"put"},
        "StateBucket": {*_SETTINGS, "put finder/", "delete finder/"},
        "PublicBucket": {"get tizme/", "put tizme/", "delete tizme/"},
        "DataKey": {"open tables", "open settings"},
    },
}


HOLDERS = ("DynamoDB::Table", "KMS::Key", "S3::Bucket", "SQS::Queue", "SecretsManager::Secret")
IN_KMS = {"LogKey", "ReceiptKey"}
IN_SECRETS = {"LogSecret", "LogSecretKey", "ReceiptSecret", "ReceiptSecretKey"}


@pytest.fixture(scope="module")
def policies(night: Resolved) -> Policies:
    return Policies.of(night)


@pytest.mark.parametrize("resource", PROBES)
@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("deployment", ["night", "moved"])
def test_each_role_may_what_the_table_says_and_nothing_else(
    role: str, resource: str, deployment: str, request: pytest.FixtureRequest
) -> None:
    made: Resolved = request.getfixturevalue(deployment)
    may = MAY[role].get(resource, set()) if resource in made.resources else set()
    assert words(Policies.of(made), roles(made)[role], resource) == may


@pytest.mark.parametrize(("deployment", "without"), [("night", IN_SECRETS), ("moved", IN_KMS)])
def test_the_table_names_every_role_and_every_resource_that_holds_something(
    deployment: str, without: set[str], request: pytest.FixtureRequest
) -> None:
    made: Resolved = request.getfixturevalue(deployment)
    assert roles(made).keys() == MAY.keys()
    assert made.of_type(*(f"AWS::{one}" for one in HOLDERS)).keys() == PROBES.keys() - without


def _everybody(made: Resolved) -> Iterator[str]:
    yield from roles(made).values()
    yield f"arn:aws:iam::{ACCOUNT}:role/administrator"
    yield CEREMONY
    yield BREAK_GLASS


@pytest.mark.parametrize(
    ("action", "resource", "who"),
    [
        ("kms:Sign", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/LogKey", "publisher"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:SealingSecret",
            "intake",
        ),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:SessionSecret",
            "staff",
        ),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:FinderSecret",
            "tizme",
        ),
        ("s3:PutObject", "arn:aws:s3:::PublicBucket/results/ky/index.html", "publisher"),
        ("s3:DeleteObject", "arn:aws:s3:::PublicBucket/results/ky/index.html", "publisher"),
        (
            "secretsmanager:PutSecretValue",
            f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:SealingSecret",
            "ceremony",
        ),
        ("s3:BypassGovernanceRetention", "arn:aws:s3:::ObjectsBucket/x", "break-glass"),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::ObjectsBucket/x", "break-glass"),
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/LogKey", "break-glass"),
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/DataKey", "break-glass"),
    ],
)
def test_even_an_administrator_cannot_do_what_belongs_to_one(
    action: str, resource: str, who: str, night: Resolved
) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    said = Policies.of(night)
    mighty = Policies({one: [everything] for one in _everybody(night)}, said.resource)
    allowed = {one for one in mighty.own if mighty.allows(Question(one, action, resource))}
    assert {one.rpartition("/")[2].removeprefix("shailoo-night-") for one in allowed} == {who}


KEYS_MOVED = [
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:LogSecret", {"publisher"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:ReceiptSecret", {"intake", "staff", "cases"}),
    ("secretsmanager:PutSecretValue", "secretsmanager", "secret:LogSecret", {"ceremony"}),
    ("secretsmanager:PutSecretValue", "secretsmanager", "secret:ReceiptSecret", {"ceremony"}),
    ("secretsmanager:DeleteSecret", "secretsmanager", "secret:LogSecret", {"break-glass"}),
    ("kms:Decrypt", "kms", "key/LogSecretKey", {"publisher", "ceremony"}),
    ("kms:Decrypt", "kms", "key/ReceiptSecretKey", {"intake", "staff", "cases", "ceremony"}),
]
MOVES = [
    *KEYS_MOVED[:4],
    *KEYS_MOVED[5:],
    ("secretsmanager:PutSecretValue", "secretsmanager", "secret:SealingSecret", {"ceremony"}),
    ("kms:Decrypt", "kms", "key/SealingSecretKey", {"intake", "ceremony"}),
    ("s3:PutObject", "s3", "ObjectsBucket/x", {"intake", "staff", "copyist", "home"}),
    ("s3:PutObject", "s3", "PublicBucket/results/ky/index.html", {"publisher"}),
    ("s3:PutObject", "s3", "PublicBucket/tizme/ky/index.html", {"publisher", "home"}),
]
"""What `shailoo migrate` does that nobody else may: with its role the move may it too."""


def _who_may_at_most(made: Resolved, action: str, service: str, resource: str) -> set[str]:
    """The roles that a resource does not refuse, had each of them a policy that allows everything."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    everybody = [*_everybody(made), MOVE]
    mighty = Policies({one: [everything] for one in everybody}, Policies.of(made).resource)
    arn = f"arn:aws:s3:::{resource}" if service == "s3" else f"arn:aws:{service}:eu-central-1:{ACCOUNT}:{resource}"
    allowed = {one for one in everybody if mighty.allows(Question(one, action, arn))}
    return {one.rpartition("/")[2].removeprefix("shailoo-night-") for one in allowed}


@pytest.mark.parametrize(("action", "service", "resource", "who"), KEYS_MOVED)
def test_keys_that_moved_belong_to_those_who_sign(
    action: str, service: str, resource: str, who: set[str], moved: Resolved
) -> None:
    assert _who_may_at_most(moved, action, service, resource) == who


PAPERS = [
    ("kms:Sign", "kms", "key/ReceiptKey", {"intake", "staff", "cases"}),
    ("s3:GetObject", "s3", "PrivateBucket/x", {"staff", "cases", "notices"}),
    ("s3:PutObject", "s3", "PrivateBucket/x", {"staff", "cases"}),
    ("s3:DeleteObjectVersion", "s3", "PrivateBucket/x", {"break-glass"}),
    ("kms:Decrypt", "kms", "key/PrivateKey", {"staff", "cases", "notices"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:PersonsSecret", {"staff", "cases", "notices"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:MailSecret", {"notices"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:SmsSecret", {"notices"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:CabinetSecret", {"cases"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:CitizensSecret", {"cases"}),
    ("secretsmanager:GetSecretValue", "secretsmanager", "secret:DeviceSecret", {"staff"}),
]


@pytest.mark.parametrize(("action", "service", "resource", "who"), PAPERS)
def test_what_people_wrote_opens_for_the_doors_of_applications_alone(
    action: str, service: str, resource: str, who: set[str], night: Resolved
) -> None:
    assert _who_may_at_most(night, action, service, resource) == who


def test_with_personal_data_at_home_the_intake_alone_signs_receipts(at_home: Resolved) -> None:
    assert _who_may_at_most(at_home, "kms:Sign", "kms", "key/ReceiptKey") == {"intake"}


@pytest.mark.parametrize(("action", "service", "resource", "who"), MOVES)
def test_a_move_may_what_it_needs_as_long_as_it_has_a_role(
    action: str, service: str, resource: str, who: set[str], template: dict[str, Any]
) -> None:
    moving = resolve(template, parameters(personal="cloud") | MOVED | {"MoveRoleArn": MOVE})
    assert _who_may_at_most(moving, action, service, resource) == {*who, "move"}


def test_a_move_reads_no_other_secret_takes_no_original_away_and_signs_nothing(template: dict[str, Any]) -> None:
    moving = resolve(template, parameters(personal="cloud") | {"MoveRoleArn": MOVE})
    for action, service, resource in (
        ("secretsmanager:GetSecretValue", "secretsmanager", "secret:SealingSecret"),
        ("secretsmanager:GetSecretValue", "secretsmanager", "secret:SessionSecret"),
        ("s3:DeleteObjectVersion", "s3", "ObjectsBucket/x"),
        ("kms:Sign", "kms", "key/LogKey"),
        ("kms:Sign", "kms", "key/ReceiptKey"),
    ):
        assert "move" not in _who_may_at_most(moving, action, service, resource), (action, resource)


def test_even_an_administrator_cannot_delete_or_change_a_record(night: Resolved) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    mighty = Policies({one: [everything] for one in _everybody(night)}, Policies.of(night).resource)
    for principal in mighty.own:
        may = words(mighty, principal, "RecordsTable")
        assert not may & {"change a record", "delete a record"}, principal
        assert not any(one.startswith("half: ") and "record" in one for one in may), principal


def test_without_a_break_glass_role_nobody_breaks_anything(template: dict[str, Any]) -> None:
    given = parameters(personal="cloud") | {"BreakGlassRoleArn": "", "CeremonyRoleArn": ""}
    made = resolve(template, given)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    mighty = Policies({one: [everything] for one in _everybody(made)}, Policies.of(made).resource)
    for principal in mighty.own:
        for name in made.of_type("AWS::KMS::Key"):
            key = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{name}"
            assert not mighty.allows(Question(principal, "kms:ScheduleKeyDeletion", key))
        secret = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:SealingSecret"
        assert not mighty.allows(Question(principal, "secretsmanager:PutSecretValue", secret))
        assert not mighty.allows(Question(principal, "s3:DeleteObjectVersion", "arn:aws:s3:::ObjectsBucket/x"))


def test_the_key_of_the_sealing_secret_opens_for_the_intake_even_without_the_policy_of_the_secret(
    night: Resolved,
) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    said = Policies.of(night)
    keys = {arn: one for arn, one in said.resource.items() if ":kms:" in arn}
    mighty = Policies({one: [everything] for one in _everybody(night)}, keys)
    key = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/SealingSecretKey"
    opens = {one.rpartition("/")[2] for one in mighty.own if mighty.allows(Question(one, "kms:Decrypt", key))}
    assert opens == {"shailoo-night-intake", "ceremony"}


def test_nothing_is_reached_without_tls(night: Resolved) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    who = roles(night)["publisher"]
    mighty = Policies({who: [everything]}, Policies.of(night).resource)
    bare = {"aws:SecureTransport": "false"}
    for bucket in night.of_type("AWS::S3::Bucket"):
        assert not mighty.allows(Question(who, "s3:GetObject", f"arn:aws:s3:::{bucket}/x", bare)), bucket
    for queue in night.of_type("AWS::SQS::Queue"):
        arn = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{queue}"
        assert not mighty.allows(Question(who, "sqs:SendMessage", arn, bare)), queue


def test_the_public_reads_through_our_distributions_only(policies: Policies) -> None:
    page = "arn:aws:s3:::PublicBucket/results/ky/index.html"

    def reads(distribution: str) -> bool:
        source = {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{distribution}"}
        return policies.allows(Question("cloudfront.amazonaws.com", "s3:GetObject", page, source))

    assert all(reads(f"{name}Site") for name in ("Results", "Tizme", "Talapker", "Log"))
    assert not reads("SomebodyElses")
    assert not policies.allows(Question("anonymous", "s3:GetObject", page))
    assert not policies.allows(
        Question(
            "cloudfront.amazonaws.com",
            "s3:PutObject",
            page,
            {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/ResultsSite"},
        )
    )


def test_with_personal_data_at_home_no_role_and_no_store_is_left_for_them(at_home: Resolved) -> None:
    assert roles(at_home).keys() == MAY.keys() - {"staff", "cases", "notices", "tizme", "copyist"}
    assert PROBES.keys() - at_home.resources.keys() == IN_SECRETS | {
        "FinderTable", "UploadsBucket", "CopiesQueue", "DeadCopies", "SessionSecret", "ClientSecret", "FinderSecret",
        "PrivateBucket", "PrivateKey", "PersonsSecret", "CabinetSecret", "CitizensSecret", "DeviceSecret",
        "MailSecret", "SmsSecret",
    }  # fmt: skip
    said = Policies.of(at_home)
    for role, arn in roles(at_home).items():
        for resource in PROBES.keys() & at_home.resources.keys():
            # There are no originals to lock, and no index whose stations would be put.
            may = MAY[role].get(resource, set()) - {"lock", "put finder/", "delete finder/"}
            assert words(said, arn, resource) == may, (role, resource)


@pytest.mark.parametrize(
    ("role", "wider"),
    [
        ("IntakeRole", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::ObjectsBucket/*"}),
        ("IntakeRole", {"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/*"}),
        ("StaffRole", {"Action": "s3:*", "Resource": "*"}),
        ("CasesRole", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::ObjectsBucket/*"}),
        ("CasesRole", {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}),
        ("NoticesRole", {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}),
        ("TizmeRole", {"Action": "dynamodb:Query", "Resource": "*"}),
        ("TizmeRole", {"Action": "dynamodb:Scan", "Resource": f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/*"}),
        ("StaffRole", {"Action": "dynamodb:GetItem", "Resource": "*"}),
        ("HeraldRole", {"NotAction": "iam:*", "Resource": "*"}),
        ("CopyistRole", {"Action": "kms:Decrypt", "Resource": "*"}),
    ],
)
def test_a_wider_policy_is_noticed(role: str, wider: dict[str, str], template: dict[str, Any]) -> None:
    changed = copy.deepcopy(template)
    policy = changed["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]
    policy["Statement"].append({"Effect": "Allow", **wider})
    made = resolve(changed, parameters(personal="cloud"))
    name = role.removesuffix("Role").lower()
    said = Policies.of(made)
    assert any(words(said, roles(made)[name], one) != MAY[name].get(one, set()) for one in PROBES)


@pytest.mark.parametrize(
    ("resource", "part", "sid"),
    [
        ("ReceiptKey", "KeyPolicy", "OnlyTheDoorsSign"),
        ("PrivateKey", "KeyPolicy", "TheFunctionsOfApplicationsOpen"),
        ("PrivateBucketPolicy", "PolicyDocument", "OnlyTheFunctionsOfApplicationsRead"),
        ("PrivateBucketPolicy", "PolicyDocument", "OnlyTheDoorsOfApplicationsPut"),
        ("PrivateBucketPolicy", "PolicyDocument", "NobodyTakesOneAway"),
        ("LogKey", "KeyPolicy", "OnlyOneFunctionSigns"),
        ("PublicBucketPolicy", "PolicyDocument", "OnlyThePublisherWrites"),
        ("SealingSecretKey", "KeyPolicy", "TheIntakeOpensAndTheCeremonyLooksAfter"),
        ("ObjectsBucketPolicy", "PolicyDocument", "NobodyTakesAnOriginalAway"),
    ],
)
def test_each_denial_is_needed(resource: str, part: str, sid: str, template: dict[str, Any]) -> None:
    changed = copy.deepcopy(template)
    document = changed["Resources"][resource]["Properties"][part]
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] != sid]
    made = resolve(changed, parameters(personal="cloud"))
    administrator = f"arn:aws:iam::{ACCOUNT}:role/administrator"
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    whole = resolve(template, parameters(personal="cloud"))
    before = Policies({administrator: [everything]}, Policies.of(whole).resource)
    after = Policies({administrator: [everything]}, Policies.of(made).resource)
    name = resource.removesuffix("Policy")
    assert words(before, administrator, name) != words(after, administrator, name)
