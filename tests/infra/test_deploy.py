"""`make deploy`: what is told, in which order things are done, and what stands where when one of them fails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.deploy import deploy, rehearse
from infra.differences import differences
from infra.stack import Client, StackFailed
from infra.stage import BadStage, Budgets, NoSuchStage, StageFile, read_stage
from infra.state import NoInstallation, OriginDiffers, state_files
from shailoo.assembly import Installation
from tests.infra.fake_cloud import FakeStacks

_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Cloud:
    """An account of ours: stacks that work, and buckets."""

    s3: Client
    here: FakeStacks = field(default_factory=FakeStacks)
    edge: FakeStacks = field(default_factory=FakeStacks)
    said: list[str] = field(default_factory=list)

    def client(self, service: str, region: str) -> Client:
        if service == "s3":
            return self.s3
        return self.edge if region == "us-east-1" else self.here

    def keys(self, bucket: str) -> list[str]:
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    with mock_aws():
        s3 = boto3.client("s3", region_name="eu-central-1")
        where = {"LocationConstraint": "eu-central-1"}
        for name in ("ArtifactBucket", "StateBucket"):
            s3.create_bucket(Bucket=name.lower(), CreateBucketConfiguration=where)
        found = Cloud(s3)

        def body(address: str) -> str:
            key = address.partition("amazonaws.com/")[2]
            data: bytes = s3.get_object(Bucket="artifactbucket", Key=key)["Body"].read()
            return data.decode()

        found.here.bodies = body
        yield found


def _build(functions: tuple[str, ...], folder: Path) -> Mapping[str, Path]:
    for name in functions:
        (folder / name).write_bytes(name.encode())
    return {name: folder / name for name in functions}


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    made = Installation.create(tmp_path / "home", [_ROOT / "elections/small"], origin="https://ResultsSite.DomainName")
    made.close()
    return made.folder


def _stage(**more: Any) -> StageFile:  # noqa: ANN401 -- fields of a stage
    return StageFile(region="eu-central-1", **more)


def _deploy(cloud: Cloud, stage: StageFile) -> dict[str, str]:
    return deploy("night", stage=stage, build=_build, say=cloud.said.append, clients=cloud.client)


def test_a_deployment_makes_its_stacks_and_uploads_what_they_need(cloud: Cloud, installation: Path) -> None:
    outputs = _deploy(cloud, _stage(installation=str(installation), firewall=True))
    assert outputs["Origin"] == "https://ResultsSite.DomainName"
    assert cloud.here.stacks.keys() == {"shailoo-night-artifacts", "shailoo-night", "shailoo-night-custody"}
    assert cloud.edge.stacks.keys() == {"shailoo-night-edge"}
    assert cloud.edge.stacks["shailoo-night-edge"].parameters["ResultsSiteId"] == "RESULTSSITE"
    assert cloud.here.protected == {"shailoo-night"}
    assert cloud.keys("statebucket") == ["elections/small.zip", "settings.json"]
    given = cloud.here.stacks["shailoo-night"].parameters
    assert given["WebAclArn"].endswith("webacl/Firewall/1")
    assert given["PublisherCode"] in cloud.keys("artifactbucket")
    assert given["StaffCode"] == ""
    assert cloud.here.calls[-1] == 'invoke shailoo-night-herald {"tick": true}'


def test_the_same_again_changes_nothing(cloud: Cloud) -> None:
    stage = _stage(parameters={"PersonalData": "cloud"})
    _deploy(cloud, stage)
    before, cloud.here.calls[:] = dict(cloud.here.stacks), []
    _deploy(cloud, stage)
    assert cloud.here.stacks == before
    assert not [call for call in cloud.here.calls if call.startswith("execute")]


def test_a_changed_parameter_is_told_before_it_is_carried_out(cloud: Cloud) -> None:
    _deploy(cloud, _stage())
    cloud.said.clear()
    _deploy(cloud, _stage(parameters={"BoxRate": 900}))
    assert [line for line in cloud.said if line.startswith("shailoo-night:")] == [
        "shailoo-night: modify   BoxStage (AWS::ApiGatewayV2::Stage)"
    ]


def test_a_stack_that_fails_is_told_with_its_first_fault(cloud: Cloud) -> None:
    cloud.here.breaks.add("shailoo-night")
    with pytest.raises(StackFailed) as failed:
        _deploy(cloud, _stage())
    assert failed.value.facts["why"] == "shailoo-night: told to"
    assert cloud.keys("statebucket") == []


def test_budgets_are_a_stack_of_their_own(cloud: Cloud) -> None:
    _deploy(cloud, _stage(budgets=Budgets(address="a@example.org", monthly=5, daily=9)))
    assert cloud.edge.stacks["shailoo-night-budgets"].parameters["DailyDollars"] == "9"


def test_a_truststore_is_uploaded_once(cloud: Cloud, tmp_path: Path) -> None:
    pem = tmp_path / "boxes.pem"
    pem.write_text("-----BEGIN CERTIFICATE-----\n", "utf-8")
    certificate = "arn:aws:acm:eu-central-1:111122223333:certificate/api"
    named: dict[str, str | int] = {"BoxDomain": "boxes.example.org", "ApiCertificateArn": certificate}
    stage = _stage(truststore=str(pem), parameters=named)
    cloud.s3.put_bucket_versioning(Bucket="artifactbucket", VersioningConfiguration={"Status": "Enabled"})
    _deploy(cloud, stage)
    version = cloud.here.stacks["shailoo-night"].parameters["TruststoreVersion"]
    _deploy(cloud, stage)
    assert version not in ("", "null")
    assert cloud.here.stacks["shailoo-night"].parameters["TruststoreVersion"] == version
    pem.write_text("-----BEGIN CERTIFICATE-----\nother", "utf-8")
    _deploy(cloud, stage)
    assert cloud.here.stacks["shailoo-night"].parameters["TruststoreVersion"] != version


def test_settings_of_another_address_are_refused(installation: Path) -> None:
    with pytest.raises(OriginDiffers) as refused:
        list(state_files(installation, "https://elsewhere.example.org"))
    assert refused.value.facts["deployed"] == "https://elsewhere.example.org"


def test_no_key_leaves_the_installation(installation: Path) -> None:
    secrets = [path.read_bytes() for path in (installation / "keys").iterdir()]
    assert secrets
    sent = list(state_files(installation))
    assert [key for key, _ in sent] == ["elections/small.zip", "settings.json"]
    assert not any(secret in data for _, data in sent for secret in secrets)
    assert sent == list(state_files(installation))


def test_a_folder_without_settings_is_no_installation(tmp_path: Path) -> None:
    with pytest.raises(NoInstallation):
        list(state_files(tmp_path))


def test_a_rehearsal_contacts_nobody_without_credentials(
    monkeypatch: pytest.MonkeyPatch, installation: Path, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a rehearsal asked somebody"))
    said: list[str] = []
    rehearse("night", stage=_stage(installation=str(installation), firewall=True), say=said.append)
    assert [line.split()[1] for line in said if line.startswith("package")] == ["intake", "herald", "publisher"]
    assert any("settings.json" in line for line in said)
    assert "no credentials" in said[-1]


def test_differences_are_told_resource_by_resource() -> None:
    before = json.dumps({"Resources": {"A": 1, "B": 1}, "Outputs": {}})
    after = json.dumps({"Resources": {"A": 2, "C": 1}, "Outputs": {}})
    assert list(differences(before, after)) == ["Resources/A: changed", "Resources/B: gone", "Resources/C: new"]
    assert not list(differences(before, before))


def test_the_example_of_a_stage_is_one() -> None:
    assert read_stage("example").parameters["PersonalData"] == "home"


def test_a_stage_is_refused_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(NoSuchStage):
        read_stage("none", tmp_path)
    with pytest.raises(BadStage):
        read_stage("../night", tmp_path)
    (tmp_path / "night.toml").write_text("region = 'moon'\n", "utf-8")
    with pytest.raises(BadStage) as refused:
        read_stage("night", tmp_path)
    assert refused.value.facts["field"] == "region"
    (tmp_path / "night.toml").write_text("region = 'eu-central-1'\n[parameters]\nStaffCode = 'x.zip'\n", "utf-8")
    with pytest.raises(BadStage) as refused:
        read_stage("night", tmp_path)
    assert refused.value.facts["field"] == "StaffCode"
