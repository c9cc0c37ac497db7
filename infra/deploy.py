"""`python -m infra.deploy STAGE [--apply]`: bring a deployment to what its file and the templates say.

Without `--apply` nothing is changed: the templates and parameters are checked, and what would be packaged, uploaded and
changed is told. With credentials it reads what stands there and compares; without any it contacts nobody.

What is true if we stop after a step:

    bucket of packages       an empty bucket; the next deployment uses it
    packages, truststore     objects under their digests that nobody names yet
    firewall                 a web ACL that stands before nothing
    the stack                functions run; without settings they say which are missing, and nothing is accepted
    custody                  secrets have policies of their own; until now only their keys kept them
    settings, packages       the deployment works; the publisher is woken, so that the log begins
    budgets                  and its costs are told
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from infra import package
from infra.cloudformation import TEMPLATES, check_parameters, load
from infra.differences import differences
from infra.stack import Client, Stack
from infra.stage import StageFile, read_stage
from infra.state import state_files
from infra.store import Bucket, digest_of
from shailoo.errors import ShailooError

FUNCTIONS: Final = ("intake", "herald", "publisher", "staff", "cases", "notices", "tizme", "copyist")
PERSONAL: Final = ("staff", "cases", "notices", "tizme", "copyist")
"""Functions that hold personal data; with PersonalData=home they are not packaged either."""
_SECRETS: Final = (
    "Sealing", "Session", "Client", "Persons", "Cabinet", "Citizens", "Device", "Mail", "Sms", "Finder", "Log",
    "Receipt",
)  # fmt: skip
"""Those that may be among the outputs of the stack; custody.yaml has a policy for each."""
_EDGE_REGION: Final = "us-east-1"
Say = Callable[[str], None]
Build = Callable[[tuple[str, ...], Path], Mapping[str, Path]]
"""Makes the packages of functions in a folder: name of a function -> its file."""
Clients = Callable[[str, str], Client]
"""Service and region -> a client."""


class CloudRefuses(ShailooError):
    """The cloud refused something, or did not answer."""

    code = "cloud-refuses"


@dataclass(frozen=True)
class Deployment:
    """A deployment, where it goes, and how it is told."""

    name: str
    stage: StageFile
    endpoint: str | None = None
    """Another address of the cloud: an emulator."""
    build: Build | None = None
    say: Say = print
    clients: Clients | None = None
    without: frozenset[str] = frozenset()
    """Stacks beside the main one that are left out, because an emulator does not know what they hold: `custody`."""

    def client(self, service: str, region: str | None = None) -> Client:
        """A client of a service."""
        at = region or self.stage.region
        if self.clients is not None:
            return self.clients(service, at)
        return botocore.session.get_session().create_client(service, region_name=at, endpoint_url=self.endpoint)

    def stack(self, part: str = "", region: str | None = None) -> Stack:
        """One of the deployment's stacks."""
        name = f"shailoo-{self.name}{'-' if part else ''}{part}"
        return Stack(self.client("cloudformation", region), name, self.name)

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that this deployment has."""
        here = self.stage.parameters.get("PersonalData", "home") == "cloud"
        return tuple(name for name in FUNCTIONS if here or name not in PERSONAL)

    def parameters(self, **filled: str) -> dict[str, str]:
        """All parameters of template.yaml. Raises BadParameter."""
        given = {name: str(value) for name, value in self.stage.parameters.items()}
        given |= {"Stage": self.name, "Endpoint": self.endpoint or ""} | filled
        return check_parameters(load(TEMPLATES / "template.yaml"), given)


def deploy(
    name: str,
    *,
    stage: StageFile | None = None,
    endpoint: str | None = None,
    build: Build | None = None,
    say: Say = print,
    clients: Clients | None = None,
    without: Collection[str] = (),
) -> dict[str, str]:
    """Bring a deployment to what its file says; returns the outputs of its stack.

    Raises NoSuchStage, BadStage, BadParameter, StackFailed, CloudRefuses, OriginDiffers.
    """
    it = Deployment(name, stage or read_stage(name), endpoint, build, say, clients, frozenset(without))
    try:
        return _carry_out(it)
    except (BotoCoreError, ClientError) as error:
        raise CloudRefuses("The cloud refused a step; what was done before it stays.", why=str(error)[:300]) from error


def rehearse(name: str, *, stage: StageFile | None = None, say: Say = print) -> None:
    """Tell what `deploy` would do. Contacts nobody unless there are credentials, and changes nothing."""
    it = Deployment(name, stage or read_stage(name), say=say)
    codes = {f"{one.capitalize()}Code": f"functions/{one}.zip" for one in it.functions}
    it.parameters(ArtifactBucket="artifacts", **codes)
    template = (TEMPLATES / "template.yaml").read_text("utf-8")
    say(f"template   infra/template.yaml, {len(template.encode()):,} bytes, every parameter is as it must be")
    for one in it.functions:
        say(f"package    {one}")
    if it.stage.firewall:
        say(f"stack      shailoo-{name}-edge in {_EDGE_REGION}: the firewall and its alarm")
    if it.stage.truststore is not None:
        say("upload     the truststore of ballot boxes")
    if it.stage.installation is not None:
        for key, data in state_files(Path(it.stage.installation)):
            say(f"upload     {key}, {len(data):,} bytes")
    say(f"stack      shailoo-{name}-custody: who may read and put the secrets")
    if it.stage.budgets is not None:
        limits = it.stage.budgets
        say(f"stack      shailoo-{name}-budgets: {limits.monthly} dollars a month, {limits.daily} a day")
    if not _has_credentials():
        say("There are no credentials: nothing was contacted, and what stands there was not compared.")
    else:
        _compare(it, template)


def _has_credentials() -> bool:
    """Whether files or the environment name credentials. A machine's own are not asked for: that would be a contact."""
    session = botocore.session.get_session()
    chain = session.get_component("credential_provider")
    for provider in ("container-role", "iam-role"):
        chain.remove(provider)
    return chain.load_credentials() is not None


def _compare(it: Deployment, template: str) -> None:
    """Tell how the template differs from what stands there; only reads."""
    stack = it.stack()
    try:
        if not stack.exists():
            it.say(f"stack      {stack.name} in {it.stage.region}: would be made")
            return
        for line in differences(stack.template(), template):
            it.say(f"change     {line}")
    except (BotoCoreError, ClientError, ShailooError) as error:
        it.say(f"What stands there could not be read: {str(error)[:200]}")


def _carry_out(it: Deployment) -> dict[str, str]:
    bucket = _artifacts(it)
    filled = {"ArtifactBucket": bucket.name, **_packages(it, bucket)}
    if it.stage.truststore is not None:
        key = str(it.stage.parameters.get("TruststoreKey", "truststore/boxes.pem"))
        filled["TruststoreVersion"] = bucket.newest(key, Path(it.stage.truststore).read_bytes())
    if it.stage.firewall:
        filled["WebAclArn"] = _edge(it, it.stack().outputs())["WebAclArn"]
    stack = it.stack()
    outputs = _made(it, stack, "template.yaml", it.parameters(**filled), bucket)
    stack.protect()
    if it.stage.firewall:
        _edge(it, outputs)  # now that there is a site to watch
    if "custody" not in it.without:
        names = ("Stage", "BreakGlassRoleArn", "CeremonyRoleArn", "MoveRoleArn")
        asked = {name: it.parameters(**filled)[name] for name in names}
        asked |= {f"{name}SecretArn": outputs.get(f"{name}SecretArn", "") for name in _SECRETS}
        _made(it, it.stack("custody"), "custody.yaml", asked)
    if it.stage.installation is not None:
        state = Bucket(it.client("s3"), outputs["StateBucketName"])
        for key, data in state_files(Path(it.stage.installation), outputs["Origin"]):
            it.say(f"upload     {key}{'' if state.put(key, data) else ', as it was'}")
        # The log says first with which software it begins: the publisher is woken before any ballot box is.
        wake = {"FunctionName": f"shailoo-{it.name}-herald", "InvocationType": "Event", "Payload": b'{"tick": true}'}
        it.client("lambda").invoke(**wake)
    if it.stage.budgets is not None:
        limits = it.stage.budgets
        asked = {"Stage": it.name, "AlarmAddress": limits.address, "MonthlyDollars": str(limits.monthly),
                 "DailyDollars": str(limits.daily)}  # fmt: skip
        _made(it, it.stack("budgets", _EDGE_REGION), "budgets.yaml", asked)
    for key, value in sorted(outputs.items()):
        it.say(f"{key:20} {value}")
    return outputs


def _edge(it: Deployment, outputs: Mapping[str, str]) -> dict[str, str]:
    asked = {"Stage": it.name, "ResultsSiteId": outputs.get("ResultsSiteId", "")}
    asked["AlarmAddress"] = str(it.stage.parameters.get("AlarmAddress", ""))
    return _made(it, it.stack("edge", _EDGE_REGION), "edge.yaml", asked)


def _artifacts(it: Deployment) -> Bucket:
    outputs = _made(it, it.stack("artifacts"), "artifacts.yaml", {"Stage": it.name})
    return Bucket(it.client("s3"), outputs["ArtifactBucketName"])


def _packages(it: Deployment, bucket: Bucket) -> dict[str, str]:
    """Build the functions' packages and upload those that are not there yet: parameter -> key."""
    build = it.build or package.build
    keys = {}
    with tempfile.TemporaryDirectory(prefix="packages-") as folder:
        for name, path in build(it.functions, Path(folder)).items():
            data = path.read_bytes()
            keys[f"{name.capitalize()}Code"] = key = f"functions/{name}-{digest_of(data)[:16]}.zip"
            it.say(f"package    {key}, {len(data):,} bytes{'' if bucket.put(key, data) else ', as it was'}")
    return keys


def _made(
    it: Deployment, stack: Stack, file: str, parameters: Mapping[str, str], bucket: Bucket | None = None
) -> dict[str, str]:
    """Make or change a stack, telling what changes; returns its outputs."""
    template = (TEMPLATES / file).read_text("utf-8")
    url = None
    if bucket is not None:
        key = f"templates/{digest_of(template.encode())[:16]}.yaml"
        bucket.put(key, template.encode())
        url = bucket.address(key) if it.endpoint is None else f"{it.endpoint}/{bucket.name}/{key}"
    changes = stack.plan(template, parameters, url=url)
    for change in changes:
        it.say(f"{stack.name}: {change}")
    return stack.carry_out() if changes else stack.outputs()


def main() -> int:
    """Deploy, or tell what would be done. Returns 2, with a sentence on the error output, when it is refused."""
    about = "Bring a deployment to what its file says."
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=about)
    parser.add_argument("stage", help="name of a file in infra/stages, without .toml")
    parser.add_argument("--apply", action="store_true", help="do it; without this it is only told")
    parser.add_argument("--endpoint", help="another address of the cloud: an emulator on this machine")
    chosen = parser.parse_args()
    try:
        if chosen.apply:
            deploy(chosen.stage, endpoint=chosen.endpoint)
        else:
            rehearse(chosen.stage)
            print("Nothing was changed. APPLY=yes does it.")  # noqa: T201 -- the command line speaks to a person
    except ShailooError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
