"""CloudFormation as a working store: change sets, their execution, outputs; it can be told to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.cloudformation import read, resolve

_TEXT = {"ParameterKey", "ParameterValue"}


@dataclass
class Made:
    """A stack that was made."""

    template: str
    parameters: dict[str, str]
    status: str


@dataclass
class FakeStacks:
    """One region's stacks. `bodies` tells what lies at an address of a template; `breaks` names stacks that fail."""

    bodies: Any = None
    breaks: set[str] = field(default_factory=set)
    stacks: dict[str, Made] = field(default_factory=dict)
    sets: dict[tuple[str, str], Made] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    protected: set[str] = field(default_factory=set)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 -- as the interface writes it
        self.calls.append("describe_stacks")
        made = self.stacks.get(StackName)
        if made is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = resolve(read(made.template), made.parameters).outputs if made.status.endswith("_COMPLETE") else {}
        outputs = {key: one.lower() if key.endswith("BucketName") else one for key, one in outputs.items()}
        outputs = {key: one.upper() if key.endswith("SiteId") else one for key, one in outputs.items()}
        return {
            "Stacks": [
                {
                    "StackStatus": made.status,
                    "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in made.parameters.items()],
                    "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
                }
            ]
        }

    def create_change_set(self, **asked: Any) -> None:  # noqa: ANN401 -- as the interface
        self.calls.append("create_change_set")
        assert asked["Capabilities"] == ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
        assert (asked["ChangeSetType"] == "UPDATE") == (asked["StackName"] in self.stacks)
        body = asked.get("TemplateBody") or self.bodies(asked["TemplateURL"])
        assert len(body.encode()) <= 51_200 or "TemplateURL" in asked
        given = {one["ParameterKey"]: one["ParameterValue"] for one in asked["Parameters"] if one.keys() == _TEXT}
        self.sets[asked["StackName"], asked["ChangeSetName"]] = Made(body, given, "REVIEW_IN_PROGRESS")

    def describe_change_set(self, *, StackName: str, ChangeSetName: str) -> dict[str, Any]:  # noqa: N803 -- as above
        wanted, there = self.sets[StackName, ChangeSetName], self.stacks.get(StackName)
        changes = list(_changes(wanted, there))
        if not changes:
            return {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
        return {"Status": "CREATE_COMPLETE", "Changes": changes}

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803 -- as above
        del self.sets[StackName, ChangeSetName]

    def execute_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803 -- as above
        self.calls.append(f"execute {StackName}")
        wanted = self.sets.pop((StackName, ChangeSetName))
        wanted.status = "UPDATE_COMPLETE" if StackName in self.stacks else "CREATE_COMPLETE"
        if StackName in self.breaks:
            wanted.status = "ROLLBACK_COMPLETE"
        self.stacks[StackName] = wanted

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 -- as above
        fault = {"LogicalResourceId": StackName, "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "told to"}
        return {"StackEvents": [fault]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, str]:  # noqa: N803 -- as above
        assert TemplateStage == "Original"
        return {"TemplateBody": self.stacks[StackName].template}

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803 -- as above
        assert InvocationType == "Event"
        self.calls.append(f"invoke {FunctionName} {Payload.decode()}")

    def update_termination_protection(self, *, StackName: str, EnableTerminationProtection: bool) -> None:  # noqa: N803 -- as above
        assert EnableTerminationProtection
        self.protected.add(StackName)


def _changes(wanted: Made, there: Made | None) -> list[Mapping[str, Any]]:
    new = resolve(read(wanted.template), wanted.parameters).resources
    old = resolve(read(there.template), there.parameters).resources if there is not None else {}
    return [
        {
            "ResourceChange": {
                "Action": "Add" if name not in old else "Remove" if name not in new else "Modify",
                "LogicalResourceId": name,
                "ResourceType": (new.get(name) or old[name])["Type"],
            }
        }
        for name in sorted({*new, *old})
        if new.get(name) != old.get(name)
    ]
