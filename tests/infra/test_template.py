"""The template against the program: what functions are given, which doors lead where, what the sites say."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from typing import Any

import boto3
import pytest
from moto import mock_aws

from builder.render.policy import headers
from builder.voters.cdn import NAMES, PATHS, RATE
from infra.cloudformation import TEMPLATES, BadParameter, Resolved, check_parameters, load, resolve
from shailoo.adapters.aws.table import HEAD, key_row, seq_row
from shailoo.adapters.aws.transaction import waiting_row
from shailoo.model.cloud import PREFIX, CloudSettings
from shailoo.rules.cache_classes import FRESH, cache_class
from shailoo.rules.retention import read_keep_days
from tests.adapters.aws.emulated import ITEMS_KEYS, RECORDS_KEYS
from tests.infra.deployments import parameters
from tests.infra.iam import Policies, roles
from tests.infra.probes import PROBES, words

_ROOT = TEMPLATES.parent
_KEYS = ("DataKey", "PrivateKey", "SecretsKey", "SealingSecretKey", "LogSecretKey", "ReceiptSecretKey")
"""Used through what they protect, so that no function is told of them."""
_BY_EVENT = {"HeraldFunction": {"RecordsTable", "DeadNews"}, "PublisherFunction": set(), "CopyistFunction": set()}
"""What the cloud itself does with a function's role: read the stream, put a dead letter away."""


def _variables(said: dict[str, Any]) -> dict[str, str]:
    variables: dict[str, str] = said["Environment"]["Variables"]
    return variables


def _functions(made: Resolved) -> dict[str, dict[str, Any]]:
    return made.of_type("AWS::Serverless::Function")


@pytest.mark.parametrize("personal", ["cloud", "home"])
@pytest.mark.parametrize("named", [True, False])
def test_every_deployment_resolves(personal: str, named: bool, template: dict[str, Any]) -> None:
    made = resolve(template, parameters(personal=personal, named=named))
    assert made.resources
    assert made.outputs["BoxApiUrl"] == ("https://boxes.example.org" if named else "BoxApi.ApiEndpoint")


def test_each_function_is_told_only_what_it_can_read(night: Resolved) -> None:
    for name, said in _functions(night).items():
        given = _variables(said)
        assert given["SHAILOO_STAGE"] == "night", name
        strange = {one for one in given if one.removeprefix(PREFIX).lower() not in CloudSettings.model_fields}
        assert not strange, name
        assert CloudSettings.read(given).state_bucket == "StateBucket"


@pytest.mark.parametrize("deployment", ["night", "moved"])
def test_nothing_in_an_environment_is_secret(deployment: str, request: pytest.FixtureRequest) -> None:
    made: Resolved = request.getfixturevalue(deployment)
    for said in _functions(made).values():
        for name, value in _variables(said).items():
            if "SECRET" in name:
                assert value.startswith("arn:aws:secretsmanager:")
            if name.endswith("_KEY"):
                assert value.startswith("arn:aws:kms:")


@pytest.mark.parametrize("deployment", ["night", "at_home", "moved"])
def test_what_a_function_is_given_is_what_its_role_may_use(deployment: str, request: pytest.FixtureRequest) -> None:
    made: Resolved = request.getfixturevalue(deployment)
    said = Policies.of(made)
    for name, function in _functions(made).items():
        told = " ".join(str(one) for one in _variables(function).values())
        given = {one for one in PROBES if re.search(rf"\b{one}\b", told)}
        given -= {"StateBucket"} if name == "HeraldFunction" else set()  # named to all; the herald needs no settings
        arn = roles(made)[name.removesuffix("Function").lower()]
        may = {one for one in PROBES.keys() & made.resources.keys() if words(said, arn, one)}
        assert may - set(_KEYS) - _BY_EVENT.get(name, set()) == given, name


@pytest.mark.parametrize("log", ["kms", "secret"])
@pytest.mark.parametrize("receipt", ["kms", "secret"])
def test_exactly_one_of_key_and_secret_says_who_signs(log: str, receipt: str, template: dict[str, Any]) -> None:
    made = resolve(template, parameters(personal="cloud") | {"LogKeyOf": log, "ReceiptKeyOf": receipt})
    for name, said in _functions(made).items():
        given = CloudSettings.read(_variables(said))
        signs = {one for one in ("log_key", "log_secret", "receipt_key", "receipt_secret") if getattr(given, one)}
        kinds = {"kms": "key", "secret": "secret"}
        doors = {f"{door}Function": {f"receipt_{kinds[receipt]}"} for door in ("Intake", "Staff", "Cases")}
        wanted = {"PublisherFunction": {f"log_{kinds[log]}"}} | doors
        assert signs == wanted.get(name, set()), name


@pytest.mark.parametrize("secret", ["SessionSecret", "PersonsSecret", "CabinetSecret"])
def test_what_the_cloud_draws_is_what_is_read_as_hexadecimal_digits(secret: str, night: Resolved) -> None:
    drawn = night.of_type("AWS::SecretsManager::Secret")[secret]["GenerateSecretString"]
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        said = client.get_random_password(**drawn)["RandomPassword"]
    assert len(bytes.fromhex(said)) == 32


def test_each_function_has_a_role_of_its_own(night: Resolved) -> None:
    taken = [said["Role"] for said in _functions(night).values()]
    assert len(set(taken)) == len(taken)


def test_with_personal_data_at_home_their_functions_are_left_out(at_home: Resolved) -> None:
    assert _functions(at_home).keys() == {"IntakeFunction", "HeraldFunction", "PublisherFunction"}
    keys = {one["RouteKey"] for one in at_home.of_type("AWS::ApiGatewayV2::Route").values()}
    assert keys == {"POST /api/intake/{election}", "GET /api/health"}


_DOORS = {
    "/api/tizme/": "Tizme",
    "/api/cases/": "Cases",
    "/api/cabinet/": "Cases",
    "/api/openapi.json": "Cases",
    "/staff": "Staff",
}


def test_every_address_of_the_doors_is_reached(night: Resolved) -> None:
    listed = re.findall(r"^\| (GET|POST|PUT) \| `(/[^`]*)`", (_ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE)
    assert len(listed) > 30
    found = {method + address: _reached(night, method, address) for method, address in listed}
    for one, integration in found.items():
        address = one[one.index("/") :]
        wanted = next((who for where, who in _DOORS.items() if address.startswith(where)), "Intake")
        assert integration is not None, one
        assert integration.removeprefix("Box").removeprefix("People") == wanted, one


def _reached(made: Resolved, method: str, address: str) -> str | None:
    """The integration that a request comes to: the route that fits best."""
    best: tuple[int, str] | None = None
    for route in made.of_type("AWS::ApiGatewayV2::Route").values():
        target = route["Target"].removeprefix("integrations/")
        if route["RouteKey"] == "$default":
            fits = 0
        else:
            verb, _, template = route["RouteKey"].partition(" ")
            pattern = re.sub(r"\{\w+\}", "[^/]+", template.replace("{proxy+}", ".+"))
            if verb not in (method, "ANY") or not re.fullmatch(pattern, re.sub(r"[{}]", "", address)):
                continue
            fits = len(re.sub(r"\{[^}]*\}", "", template))  # what is spelled out goes before what is greedy
        if best is None or fits > best[0]:
            best = (fits, target)
    return None if best is None else best[1]


def test_the_host_of_ballot_boxes_leads_to_the_intake_alone(night: Resolved) -> None:
    mine = [one for one in night.of_type("AWS::ApiGatewayV2::Route").values() if one["ApiId"] == "BoxApi"]
    assert {one["RouteKey"] for one in mine} == {"POST /api/intake/{election}", "GET /api/health"}
    other = [one for one in night.of_type("AWS::ApiGatewayV2::Route").values() if one["ApiId"] == "PeopleApi"]
    assert not any("intake" in one["RouteKey"] for one in other)


def test_programs_of_commissions_are_let_in_by_the_identity_provider(night: Resolved) -> None:
    (route,) = [one for one in night.of_type("AWS::ApiGatewayV2::Route").values() if one["AuthorizationType"] == "JWT"]
    assert route["RouteKey"] == "ANY /api/staff/{proxy+}"
    (authorizer,) = night.of_type("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://id.example.org", "Audience": ["shailoo"]}


def test_functions_end_before_whoever_waits_for_them(night: Resolved) -> None:
    functions = _functions(night)
    for one in night.of_type("AWS::ApiGatewayV2::Integration").values():
        name = one["IntegrationUri"].rpartition(":")[2]
        assert one["TimeoutInMillis"] <= functions[name]["Timeout"] * 1000 <= 30_000
    queues = night.of_type("AWS::SQS::Queue")
    for one in night.of_type("AWS::Lambda::EventSourceMapping").values():
        queue = one["EventSourceArn"].rpartition(":")[2]
        if queue in queues:
            timeout = functions[one["FunctionName"]]["Timeout"]
            assert timeout < queues[queue]["VisibilityTimeout"] <= timeout + 30
            assert (
                one["ScalingConfig"]["MaximumConcurrency"]
                <= functions[one["FunctionName"]]["ReservedConcurrentExecutions"]
            )


def test_reserved_executions_fit_into_an_account(night: Resolved) -> None:
    assert sum(one["ReservedConcurrentExecutions"] for one in _functions(night).values()) <= 1000 - 100


@pytest.mark.parametrize(
    ("policy", "portals"), [("SitesHeaders", ("results", "talapker")), ("TizmeHeaders", ("tizme",))]
)
def test_sites_say_the_headers_of_the_builder(policy: str, portals: tuple[str, ...], night: Resolved) -> None:
    said = night.of_type("AWS::CloudFront::ResponseHeadersPolicy")[policy]["ResponseHeadersPolicyConfig"]
    security = said["SecurityHeadersConfig"]
    told = {
        "content-security-policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "x-content-type-options": "nosniff" if security["ContentTypeOptions"]["Override"] else "",
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        **{one["Header"]: one["Value"] for one in said["CustomHeadersConfig"]["Items"]},
    }
    for portal in portals:
        assert told == headers(portal)
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_what_a_site_keeps_is_what_its_files_say(night: Resolved) -> None:
    kept = night.of_type("AWS::CloudFront::CachePolicy")
    said, fresh = (kept[name]["CachePolicyConfig"] for name in ("AsTheFileSays", "AsFreshAsSeconds"))
    assert (said["MinTTL"], said["MaxTTL"]) == (0, 31_536_000)
    assert (fresh["MinTTL"], fresh["MaxTTL"]) == (0, 5)
    for site in night.of_type("AWS::CloudFront::Distribution").values():
        every = {one["PathPattern"]: one for one in site["DistributionConfig"]["CacheBehaviors"]}
        for name in ("pointer.json", "status.json", "checkpoint", "updated.html"):
            assert every[f"*/{name}"]["CachePolicyId"] == "AsFreshAsSeconds"
        assert site["DistributionConfig"]["DefaultCacheBehavior"]["CachePolicyId"] == "AsTheFileSays"


def test_nothing_of_the_doors_is_kept(night: Resolved) -> None:
    nothing, all_but_host = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    found = 0
    for site in night.of_type("AWS::CloudFront::Distribution").values():
        for one in site["DistributionConfig"]["CacheBehaviors"]:
            if one["TargetOriginId"] == "people":
                assert (one["CachePolicyId"], one["OriginRequestPolicyId"]) == (nothing, all_but_host)
                found += 1
    assert found == 3


def test_names_of_voters_are_asked_for_no_faster_than_the_voter_portal_says() -> None:
    acl = resolve(load(TEMPLATES / "edge.yaml"), {"Stage": "night"}).of_type("AWS::WAFv2::WebACL")["Firewall"]
    (rule,) = [one["Statement"]["RateBasedStatement"] for one in acl["Rules"] if one["Name"] == "names"]
    assert (rule["Limit"], rule["EvaluationWindowSec"]) == (RATE["names"]["requests"], RATE["names"]["seconds"])
    pattern = re.compile(rule["ScopeDownStatement"]["RegexMatchStatement"]["RegexString"])
    for path, _, rate in PATHS:
        assert bool(pattern.match(path.replace("**", "a").replace("*", "a"))) == (rate == "names"), path
    assert NAMES


def test_every_parameter_is_explained_and_stands_in_a_group(template: dict[str, Any]) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(template["Parameters"])
    for name, about in template["Parameters"].items():
        assert len(about["Description"]) > 20, name
        bounded = {"AllowedPattern", "AllowedValues", "MinValue"} & about.keys() or name == "TruststoreVersion"
        assert bounded, name


def test_kinds_that_are_kept_longer_are_kinds_of_papers(template: dict[str, Any]) -> None:
    least = int(template["Parameters"]["OriginalsDays"]["Default"])
    said = read_keep_days(template["Parameters"]["KeepDays"]["Default"])
    assert said
    assert all(days > least for days in said.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [("Stage", "Night"), ("PersonalData", "abroad"), ("BoxRate", "0"), ("BoxDomain", "https://x"), ("Strange", "1")],
)
def test_a_bad_parameter_is_refused_before_anything_is_contacted(
    name: str, value: str, template: dict[str, Any]
) -> None:
    with pytest.raises(BadParameter) as refused:
        check_parameters(template, parameters(personal="cloud") | {name: value})
    assert refused.value.facts["parameter"] == name


def test_tables_have_the_keys_of_the_adapters(night: Resolved) -> None:
    tables = night.of_type("AWS::DynamoDB::Table")
    for name, keys in (("RecordsTable", RECORDS_KEYS), ("ItemsTable", ITEMS_KEYS)):
        said = tables[name]
        assert said["KeySchema"] == [{"AttributeName": at, "KeyType": role} for at, _, role in keys]
        assert said["AttributeDefinitions"] == [{"AttributeName": at, "AttributeType": kind} for at, kind, _ in keys]
    assert key_row("report/x")["pk"] == {"S": "key"}


def test_what_may_be_written_and_what_wakes_the_herald_are_partitions_of_the_adapters(night: Resolved) -> None:
    partitions = {"append": [key_row("k"), seq_row(1), waiting_row("t")], "head": [HEAD]}
    for role in night.of_type("AWS::IAM::Role").values():
        for one in role["Policies"][0]["PolicyDocument"]["Statement"]:
            keys = one.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
            if keys is not None:
                assert all(any(fnmatch(row["pk"]["S"], key) for key in keys) for row in partitions["append"])
                assert not any(fnmatch(HEAD["pk"]["S"], key) for key in keys)
    pattern = json.loads(
        night.of_type("AWS::Lambda::EventSourceMapping")["NewsOfRecords"]["FilterCriteria"]["Filters"][0]["Pattern"]
    )
    assert pattern["dynamodb"]["Keys"]["pk"]["S"] == [key_row("report/x")["pk"]["S"]]


@pytest.mark.parametrize(("path", "most"), [("pointer.json", 5), ("checkpoint", 5)])
def test_what_is_asked_for_again_after_seconds_is_kept_for_seconds(path: str, most: int, night: Resolved) -> None:
    patterns = [
        one["PathPattern"]
        for one in night.of_type("AWS::CloudFront::Distribution")["ResultsSite"]["DistributionConfig"]["CacheBehaviors"]
        if one["CachePolicyId"] == "AsFreshAsSeconds"
    ]
    assert {one.removeprefix("*/") for one in patterns} == set(FRESH)
    seconds = int(re.findall(r"max-age=(\d+)", cache_class(f"/results/data/x/{path}").value)[0])
    assert seconds <= most
