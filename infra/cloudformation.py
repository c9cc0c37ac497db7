"""Read a CloudFormation template as it stands, and as it comes out with given parameters.

Enough of the language for our own templates: their parameters, conditions and functions. What is not known here is an
error, so that a template never means something else in a test than in an account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from shailoo.errors import NotFound, Refused

Json = Any
"""What a template is made of: mappings, lists, strings, numbers, booleans."""

TEMPLATES: Final = Path(__file__).parent
ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
NO_VALUE: Final = object()
_PLACE = re.compile(r"\$\{(!?)([A-Za-z0-9.:]+)\}")


class BadParameter(Refused):
    """A parameter of a template is missing, unknown or not written as it must be."""

    code = "bad-parameter"


class UnknownFunction(NotFound):
    """A template uses something of the language that is not read here."""

    code = "unknown-function"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms written out."""


def _long(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Json
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise UnknownFunction("A short form stands before something that it cannot stand before.", form=suffix)


_Loader.add_multi_constructor("!", _long)


def load(path: Path) -> dict[str, Json]:
    """The template in a file, its short forms written out."""
    return read(path.read_text("utf-8"))


def read(text: str) -> dict[str, Json]:
    """The text of a template, its short forms written out."""
    template: dict[str, Json] = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader with short forms
    return template


def check_parameters(template: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, str]:
    """Every parameter with its value: what was given, else the default. Raises BadParameter."""
    asked = template.get("Parameters", {})
    for name in given:
        if name not in asked:
            raise BadParameter("The template has no such parameter. Look at docs/aws.md.", parameter=name)
    values = {}
    for name, about in asked.items():
        value = given.get(name, about.get("Default"))
        if value is None:
            raise BadParameter("The template wants this parameter, and it was not given.", parameter=name)
        values[name] = text = str(value)
        pattern, allowed = about.get("AllowedPattern"), about.get("AllowedValues")
        bad = pattern is not None and not re.fullmatch(pattern, text)
        bad = bad or (allowed is not None and text not in [str(one) for one in allowed])
        if about["Type"] == "Number":
            low, high = about.get("MinValue", 0), about.get("MaxValue", float("inf"))
            bad = bad or not text.isdecimal() or not low <= int(text) <= high
        if bad:
            raise BadParameter("The parameter is not written as it must be. Look at docs/aws.md.", parameter=name)
    return values


def resolve(template: Mapping[str, Json], given: Mapping[str, str]) -> Resolved:
    """The template with parameters put in: resources that are made, and what each of their properties comes to.

    Raises BadParameter, UnknownFunction.
    """
    return Resolved(template, check_parameters(template, given))


@dataclass(frozen=True)
class Resolved:
    """A template with parameters. References come to names and ARNs like those of an account."""

    template: Mapping[str, Json]
    parameters: Mapping[str, str]

    @property
    def resources(self) -> dict[str, dict[str, Json]]:
        """Logical id -> the resource, properties resolved, `Globals` of functions put in."""
        made = {}
        for name, resource in self.template["Resources"].items():
            if "Condition" in resource and not self.holds(resource["Condition"]):
                continue
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::Serverless::Function":
                properties = _merged(self.template.get("Globals", {}).get("Function", {}), properties)
            made[name] = {**resource, "Properties": self.value(properties)}
        return made

    def of_type(self, *types: str) -> dict[str, dict[str, Json]]:
        """Logical id -> properties of the resources of some types."""
        return {name: one["Properties"] for name, one in self.resources.items() if one["Type"] in types}

    @property
    def outputs(self) -> dict[str, Json]:
        """Outputs that there are."""
        return {
            name: self.value(one["Value"])
            for name, one in self.template.get("Outputs", {}).items()
            if "Condition" not in one or self.holds(one["Condition"])
        }

    def holds(self, condition: str) -> bool:
        """Whether a named condition is true."""
        return self._true(self.template["Conditions"][condition])

    def _true(self, said: Json) -> bool:
        match said:
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Equals": [one, other]}:
                return bool(self.value(one) == self.value(other))
            case {"Fn::Not": [one]}:
                return not self._true(one)
            case {"Fn::And": list(every)}:
                return all(self._true(one) for one in every)
            case {"Fn::Or": list(some)}:
                return any(self._true(one) for one in some)
            case _:
                raise UnknownFunction(
                    "A condition is written in a way that is not read here.", condition=str(said)[:80]
                )

    def value(self, said: Json) -> Json:  # noqa: PLR0911 -- one way out for each function of the language
        """What a value comes to. Raises UnknownFunction."""
        match said:
            case {"Ref": str(name)}:
                return self._ref(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self._attribute(name, attribute)
            case {"Fn::Sub": str(text)}:
                return self._sub(text)
            case {"Fn::If": [str(condition), yes, no]}:
                return self.value(yes if self.holds(condition) else no)
            case dict() if any(name.startswith("Fn::") for name in said):
                raise UnknownFunction("A function of the language is not read here.", function=next(iter(said)))
            case dict():
                found = {name: self.value(one) for name, one in said.items()}
                return {name: one for name, one in found.items() if one is not NO_VALUE}
            case list():
                return [found for one in said if (found := self.value(one)) is not NO_VALUE]
            case _:
                return said

    def _sub(self, text: str) -> str:
        def put(place: re.Match[str]) -> str:
            if place[1]:
                return f"${{{place[2]}}}"
            name, dot, attribute = place[2].partition(".")
            return str(self._attribute(name, attribute) if dot else self._ref(name))

        return _PLACE.sub(put, text)

    def _ref(self, name: str) -> Json:
        if name in self.parameters:
            about = self.template["Parameters"][name]
            return int(self.parameters[name]) if about["Type"] == "Number" else self.parameters[name]
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": "stack",
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        kind = self._type(name)
        if kind in ("AWS::SecretsManager::Secret", "AWS::SNS::Topic"):
            return self._attribute(name, "Arn")
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
        if kind == "AWS::Logs::LogGroup":
            return self.value(self.template["Resources"][name]["Properties"]["LogGroupName"])
        return name

    def _attribute(self, name: str, attribute: str) -> str:
        kind = self._type(name)
        if kind == "AWS::IAM::Role" and attribute == "Arn":
            called = self.value(self.template["Resources"][name]["Properties"]["RoleName"])
            return f"arn:aws:iam::{ACCOUNT}:role/{called}"
        form = _ARNS.get(kind)
        if attribute == "Arn" and form is not None:
            return form.format(name=name, region=REGION, account=ACCOUNT)
        if attribute == "Id" and kind == "AWS::SecretsManager::Secret":
            return self._attribute(name, "Arn")
        if attribute == "StreamArn":
            return f"{self._attribute(name, 'Arn')}/stream/1"
        return f"{name}.{attribute}"

    def _type(self, name: str) -> str:
        resource = self.template["Resources"].get(name)
        if resource is None:
            raise UnknownFunction("The template names what is not in it.", name=name)
        return str(resource["Type"])


_ARNS: Final = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
    "AWS::WAFv2::WebACL": "arn:aws:wafv2:us-east-1:{account}:global/webacl/{name}/1",
    "AWS::Serverless::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
}


def _merged(common: Json, own: Json) -> Json:
    """What holds for all functions and what one says of itself; the one says more."""
    if isinstance(common, dict) and isinstance(own, dict) and not any(name.startswith("Fn::") for name in own):
        both = common.keys() & own.keys()
        return {**common, **own, **{name: _merged(common[name], own[name]) for name in both}}
    return own
