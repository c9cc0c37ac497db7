"""One stack of the cloud: what it is, what would change, and the change itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from botocore.exceptions import ClientError

from shailoo.errors import ShailooError

Client: TypeAlias = Any
"""botocore makes its clients at run time: there is no type to name."""
_PATIENCE_S: Final = 3600
_EVERY_S: Final = 5.0
_NOTHING: Final = ("didn't contain changes", "No updates are to be performed", "no changes")
_MOST_BODY: Final = 51_200
"""A longer template is read from a bucket."""
_GOOD: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class StackFailed(ShailooError):
    """The cloud could not make a stack what it should be; it has gone back to what it was, or stands half made."""

    code = "stack-failed"


@dataclass(frozen=True)
class Change:
    """What would become of one resource."""

    action: str
    resource: str
    kind: str
    replaced: bool

    def __str__(self) -> str:
        """One line for whoever decides."""
        return f"{self.action.lower():8} {self.resource} ({self.kind}){', REPLACED' if self.replaced else ''}"


@dataclass(frozen=True)
class Stack:
    """A stack by name. `sleep` is how time passes while the cloud works."""

    client: Client
    name: str
    stage: str
    sleep: Callable[[float], None] = time.sleep
    patience_s: float = _PATIENCE_S
    _set: list[str] = field(default_factory=list)

    def exists(self) -> bool:
        """Whether there is such a stack, made to its end at least once."""
        return self._status() not in (None, "REVIEW_IN_PROGRESS")

    def outputs(self) -> dict[str, str]:
        """What the stack tells of itself; nothing when there is none."""
        about = self._about()
        return {one["OutputKey"]: one["OutputValue"] for one in (about or {}).get("Outputs", ())}

    def parameters(self) -> dict[str, str]:
        """The parameters that it was made with."""
        about = self._about()
        return {one["ParameterKey"]: one.get("ParameterValue", "") for one in (about or {}).get("Parameters", ())}

    def template(self) -> str:
        """The text of the template that it was made from."""
        body = self.client.get_template(StackName=self.name, TemplateStage="Original")["TemplateBody"]
        return str(body)

    def plan(self, template: str, parameters: Mapping[str, str], *, url: str | None = None) -> list[Change]:
        """Ask what would change; nothing is changed yet. An empty list: nothing. Raises StackFailed."""
        kind = "UPDATE" if self.exists() else "CREATE"
        name = f"{self.stage}-{int(time.time())}"
        where = {"TemplateBody": template}
        if url is not None and len(template.encode()) > _MOST_BODY:
            where = {"TemplateURL": url}
        self.client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": "shailoo-stage", "Value": self.stage}],
            **where,
        )
        about = self._wait(lambda: self._change_set(name), ("CREATE_COMPLETE", "FAILED"))
        if about["Status"] == "FAILED":
            self.client.delete_change_set(StackName=self.name, ChangeSetName=name)
            if any(one in about.get("StatusReason", "") for one in _NOTHING):
                return []
            why = about.get("StatusReason")
            raise StackFailed("The cloud refuses the template or a parameter.", stack=self.name, why=why)
        self._set[:] = [name]
        return [_change(one["ResourceChange"]) for one in about["Changes"]]

    def carry_out(self) -> dict[str, str]:
        """Do what was planned, wait, return the outputs. Raises StackFailed."""
        self.client.execute_change_set(StackName=self.name, ChangeSetName=self._set.pop())
        about = self._wait(lambda: {"Status": self._status()}, (*_GOOD, "FAILED", "ROLLBACK"))
        if about["Status"] not in _GOOD:
            why = self._first_fault()
            raise StackFailed("The change did not succeed.", stack=self.name, status=about["Status"], why=why)
        return self.outputs()

    def protect(self) -> None:
        """From now on nobody deletes the stack without taking this back first."""
        self.client.update_termination_protection(StackName=self.name, EnableTerminationProtection=True)

    def _about(self) -> dict[str, Any] | None:
        try:
            found: list[dict[str, Any]] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise StackFailed("The cloud does not answer about the stack.", stack=self.name) from error
        return found[0] if found else None

    def _status(self) -> str | None:
        about = self._about()
        return None if about is None else str(about["StackStatus"])

    def _change_set(self, name: str) -> dict[str, Any]:
        asked: dict[str, str] = {"StackName": self.name, "ChangeSetName": name}
        about: dict[str, Any] = self.client.describe_change_set(**asked)
        more = about
        while more.get("NextToken"):
            more = self.client.describe_change_set(**asked, NextToken=more["NextToken"])
            about["Changes"] += more["Changes"]
        return about

    def _wait(self, look: Callable[[], dict[str, Any]], ends: tuple[str, ...]) -> dict[str, Any]:
        waited, pause = 0.0, 0.1
        while True:
            about = look()
            status = str(about["Status"])
            if status in ends or (any(end in status for end in ends) and not status.endswith("IN_PROGRESS")):
                return about
            if waited >= self.patience_s:
                raise StackFailed("The cloud has not come to an end; look at it.", stack=self.name, status=status)
            self.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _EVERY_S)

    def _first_fault(self) -> str | None:
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        faults = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in reversed(events)
                  if one["ResourceStatus"].endswith("_FAILED")]  # fmt: skip
        return faults[0] if faults else None


def _change(said: Mapping[str, Any]) -> Change:
    return Change(said["Action"], said["LogicalResourceId"], said["ResourceType"], said.get("Replacement") == "True")
