"""Rules of security, each a name, a reason, and the resources that break it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.cloudformation import TEMPLATES, Resolved

Properties = Mapping[str, Any]
Breaks = Callable[[Resolved], Iterator[str]]
RULES: dict[str, Breaks] = {}
"""Name of a rule -> what finds the resources that break it."""


def _rule(*kinds: str) -> Callable[[Callable[[Properties, Resolved, str], bool]], None]:
    """Register a rule: its function tells whether one resource of these types keeps it."""

    def register(keeps: Callable[[Properties, Resolved, str], bool]) -> None:
        def breaks(made: Resolved) -> Iterator[str]:
            for name, said in made.of_type(*kinds).items():
                if not keeps(said, made, name):
                    yield name

        RULES[keeps.__name__.strip("_").replace("_", "-")] = breaks

    return register


def exceptions() -> dict[str, set[str]]:
    """Rule -> resources for which it does not hold, from infra/exceptions.toml."""
    found: dict[str, set[str]] = {}
    for one in tomllib.loads((TEMPLATES / "exceptions.toml").read_text("utf-8"))["exception"]:
        assert len(one["reason"]) > 40, one["rule"]
        assert one["rule"] not in found
        found[one["rule"]] = set(one["resources"])
    return found


def _encryption(said: Properties) -> Properties:
    rules = said["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    by_default: Properties = rules[0]["ServerSideEncryptionByDefault"]
    return by_default


@_rule("AWS::S3::Bucket")
def _bucket_under_our_key(said: Properties, _: Resolved, name: str) -> bool:
    key = "PrivateKey" if name == "PrivateBucket" else "DataKey"
    return str(_encryption(said).get("KMSMasterKeyID")).endswith(f"key/{key}")


@_rule("AWS::S3::Bucket")
def _bucket_encrypted(said: Properties, _: Resolved, __: str) -> bool:
    return _encryption(said)["SSEAlgorithm"] in ("aws:kms", "AES256")


@_rule("AWS::S3::Bucket")
def _bucket_never_public(said: Properties, _: Resolved, __: str) -> bool:
    block = said["PublicAccessBlockConfiguration"]
    owner = said["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    return owner and len(block) == 4 and all(one is True for one in block.values())


@_rule("AWS::S3::Bucket")
def _bucket_keeps_versions_or_expires(said: Properties, _: Resolved, __: str) -> bool:
    expires = any("ExpirationInDays" in one and "Prefix" not in one for one in said["LifecycleConfiguration"]["Rules"])
    return said.get("VersioningConfiguration") == {"Status": "Enabled"} or expires


@_rule("AWS::S3::Bucket")
def _bucket_accesses_written_down(said: Properties, _: Resolved, __: str) -> bool:
    return bool(said.get("LoggingConfiguration", {}).get("DestinationBucketName") == "AccessBucket")


@_rule("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup")
def _what_is_kept_outlives_the_stack(_: Properties, made: Resolved, name: str) -> bool:
    one = made.resources[name]
    return one.get("DeletionPolicy") == one.get("UpdateReplacePolicy") == "Retain"


@_rule("AWS::DynamoDB::Table")
def _table_recovers_and_stays(said: Properties, _: Resolved, __: str) -> bool:
    recovers = said["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    return recovers and said["DeletionProtectionEnabled"] is True and said["BillingMode"] == "PAY_PER_REQUEST"


@_rule("AWS::DynamoDB::Table")
def _table_under_our_key(said: Properties, _: Resolved, __: str) -> bool:
    return bool(said["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "DataKey"})


@_rule("AWS::SQS::Queue")
def _queue_under_our_key(said: Properties, _: Resolved, __: str) -> bool:
    return said.get("KmsMasterKeyId") == "DataKey"


@_rule("AWS::SQS::Queue")
def _queue_has_dead_letters(said: Properties, _: Resolved, name: str) -> bool:
    return name.startswith("Dead") or 3 <= said["RedrivePolicy"]["maxReceiveCount"] <= 10


@_rule("AWS::SNS::Topic")
def _topic_under_our_key(said: Properties, _: Resolved, __: str) -> bool:
    return said.get("KmsMasterKeyId") == "DataKey"


@_rule("AWS::Logs::LogGroup")
def _log_ends_and_is_under_our_key(said: Properties, _: Resolved, __: str) -> bool:
    return said["RetentionInDays"] > 0 and str(said["KmsKeyId"]).endswith("key/DataKey")


@_rule("AWS::KMS::Key")
def _key_rotates_or_signs(said: Properties, _: Resolved, __: str) -> bool:
    signs = said.get("KeyUsage") == "SIGN_VERIFY" and said["KeySpec"] == "ECC_NIST_EDWARDS25519"
    return signs or said.get("EnableKeyRotation") is True


@_rule("AWS::SecretsManager::Secret")
def _secret_under_its_key_without_a_value(said: Properties, _: Resolved, __: str) -> bool:
    keys = ("SecretsKey", "SealingSecretKey", "LogSecretKey", "ReceiptSecretKey")
    return said["KmsKeyId"] in keys and "SecretString" not in said


@_rule("AWS::Serverless::Function")
def _function_is_traced_bounded_and_heard(said: Properties, made: Resolved, _: str) -> bool:
    own_log = said["LoggingConfig"]["LogFormat"] == "JSON" and said["LoggingConfig"]["LogGroup"].startswith("/shailoo/")
    bounded = said["ReservedConcurrentExecutions"] >= 1 and said["Timeout"] <= 300
    return own_log and bounded and said["Tracing"] == "Active" and said["Role"] in _role_arns(made)


@_rule("AWS::Serverless::Function")
def _function_has_dead_letters(said: Properties, _: Resolved, __: str) -> bool:
    return "DeadLetterQueue" in said


@_rule("AWS::Serverless::Function")
def _function_is_arm_and_current(said: Properties, _: Resolved, __: str) -> bool:
    return bool(said["Runtime"] == "python3.13" and said["Architectures"] == ["arm64"])


@_rule("AWS::IAM::Role")
def _role_has_its_own_words_only(said: Properties, _: Resolved, __: str) -> bool:
    return "ManagedPolicyArns" not in said and len(said["Policies"]) == 1


@_rule("AWS::IAM::Role")
def _statement_names_its_actions(said: Properties, _: Resolved, __: str) -> bool:
    families = ("kms:GenerateDataKey*", "kms:ReEncrypt*")
    return all(
        "NotAction" not in one and all("*" not in action or action in families for action in _actions(one))
        for one in _statements(said)
    )


@_rule("AWS::IAM::Role")
def _statement_names_its_resource(said: Properties, _: Resolved, __: str) -> bool:
    return all("NotResource" not in one and "*" not in _list(one["Resource"]) for one in _statements(said))


@_rule("AWS::ApiGatewayV2::Route")
def _route_has_an_authorizer(said: Properties, _: Resolved, __: str) -> bool:
    return said["AuthorizationType"] == "JWT" and "AuthorizerId" in said


@_rule("AWS::ApiGatewayV2::Stage")
def _stage_is_throttled_and_written_down(said: Properties, _: Resolved, __: str) -> bool:
    settings = said["DefaultRouteSettings"]
    quiet = not any(
        word in said["AccessLogSettings"]["Format"] for word in ("identity", "queryString", "path", "userAgent")
    )
    return settings["ThrottlingRateLimit"] > 0 and settings["ThrottlingBurstLimit"] > 0 and quiet


@_rule("AWS::ApiGatewayV2::Api")
def _interface_has_only_its_host(said: Properties, _: Resolved, __: str) -> bool:
    return said["DisableExecuteApiEndpoint"] is True


@_rule("AWS::ApiGatewayV2::DomainName")
def _host_speaks_current_tls(said: Properties, _: Resolved, name: str) -> bool:
    current = all(one["SecurityPolicy"] == "TLS_1_2" for one in said["DomainNameConfigurations"])
    return current and ("MutualTlsAuthentication" in said) == (name == "BoxHost")


@_rule("AWS::CloudFront::Distribution")
def _site_speaks_current_tls_behind_the_firewall(said: Properties, _: Resolved, __: str) -> bool:
    config = said["DistributionConfig"]
    current = config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    every = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    safe = all(one["ViewerProtocolPolicy"] in ("redirect-to-https", "https-only") for one in every)
    return current and safe and "WebACLId" in config and all("ResponseHeadersPolicyId" in one for one in every)


@_rule("AWS::CloudFront::Distribution")
def _site_accesses_written_down(said: Properties, _: Resolved, __: str) -> bool:
    return "Logging" in said["DistributionConfig"]


@_rule("AWS::Lambda::Permission")
def _permission_names_its_caller(said: Properties, _: Resolved, __: str) -> bool:
    return bool(said["Action"] == "lambda:InvokeFunction" and "SourceArn" in said and said["SourceArn"] != "*")


def _role_arns(made: Resolved) -> set[str]:
    return {f"arn:aws:iam::111122223333:role/{one['RoleName']}" for one in made.of_type("AWS::IAM::Role").values()}


def _statements(said: Properties) -> list[Properties]:
    return [one for policy in said["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def _actions(statement: Properties) -> list[str]:
    return _list(statement["Action"])


def _list(one: str | list[str]) -> list[str]:
    return [one] if isinstance(one, str) else one
