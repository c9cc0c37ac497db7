"""cfn-lint and the rules of security over all templates; what breaks them stands with its reason in one file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cloudformation import TEMPLATES, load, resolve
from tests.infra.security import RULES, exceptions

_LINTED = sorted(path.name for path in TEMPLATES.glob("*.yaml"))


def _findings(file: str) -> set[tuple[str, str]]:
    """Rule and resource of each finding of cfn-lint."""
    regions = ["us-east-1"] if file in ("edge.yaml", "budgets.yaml") else ["eu-central-1"]
    said = _lint("--format", "json", "--regions", *regions, "--", str(TEMPLATES / file))
    return {(one["Rule"]["Id"], str(one["Location"]["Path"][1])) for one in json.loads(said.stdout)}


def _lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("cfn-lint")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def test_all_templates_are_looked_at() -> None:
    assert _LINTED == ["artifacts.yaml", "budgets.yaml", "custody.yaml", "edge.yaml", "template.yaml"]


@pytest.mark.parametrize("file", _LINTED)
def test_cfn_lint_finds_only_what_has_a_reason(file: str) -> None:
    reasoned = {
        (rule.removeprefix("cfn-lint "), resource)
        for rule, resources in exceptions().items()
        if rule.startswith("cfn-lint ")
        for resource in resources
    }
    assert _findings(file) == (reasoned if file == "template.yaml" else set())


def test_cfn_lint_finds_faults(tmp_path: Path) -> None:
    broken = (TEMPLATES / "artifacts.yaml").read_text("utf-8").replace("BucketOwnerEnforced", "Everybody")
    (tmp_path / "artifacts.yaml").write_text(broken, "utf-8")
    assert (
        _lint("--", str(tmp_path / "artifacts.yaml")).returncode == 2
    )  # it found an error, and did not fail otherwise


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("deployment", ["night", "moved"])
def test_a_rule_is_broken_only_where_there_is_a_reason(
    rule: str, deployment: str, request: pytest.FixtureRequest
) -> None:
    assert set(RULES[rule](request.getfixturevalue(deployment))) == exceptions().get(rule, set())


def test_no_exception_is_for_a_rule_that_is_not_there() -> None:
    assert {rule for rule in exceptions() if not rule.startswith("cfn-lint ")} <= RULES.keys()


def test_the_other_buckets_keep_the_same_rules() -> None:
    made = resolve(load(TEMPLATES / "artifacts.yaml"), {"Stage": "night"})
    for rule in (
        "bucket-encrypted",
        "bucket-never-public",
        "bucket-keeps-versions-or-expires",
        "what-is-kept-outlives-the-stack",
    ):
        assert not set(RULES[rule](made)), rule
