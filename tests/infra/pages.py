"""Writes the generated parts of docs/aws.md and docs/aws-cost.md: `python -m tests.infra.pages`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from infra.cloudformation import TEMPLATES, load
from infra.cost import count_table, price_table, table

DOCS: Final = TEMPLATES.parent / "docs"


def parameters_table() -> Iterator[str]:
    """Every parameter by group, its default, what it takes, what it is for."""
    template = load(TEMPLATES / "template.yaml")
    for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        yield f"**{group['Label']['default']}**"
        yield ""
        yield "| parameter | default | takes | what |"
        yield "| --- | --- | --- | --- |"
        for name in group["Parameters"]:
            about = template["Parameters"][name]
            default = about.get("Default")
            told = "must be given" if default is None else "empty" if default == "" else f"`{default}`"
            yield f"| `{name}` | {told} | {_takes(about)} | {about['Description'].strip()} |"
        yield ""


def _takes(about: dict[str, Any]) -> str:
    if "AllowedValues" in about:
        return ", ".join(str(one) for one in about["AllowedValues"])
    if about["Type"] == "Number":
        return f"{about['MinValue']} to {about['MaxValue']}"
    pattern = about.get("AllowedPattern", "")
    return f"`{pattern}`".replace("|", "\\|") if pattern else "text"


def outputs_table() -> Iterator[str]:
    """Every output."""
    yield "| output | what |"
    yield "| --- | --- |"
    for name, about in load(TEMPLATES / "template.yaml")["Outputs"].items():
        yield f"| `{name}` | {about['Description']} |"


PARTS: Final = {
    "aws.md": {"parameters": parameters_table, "outputs": outputs_table},
    "aws-cost.md": {"costs": table, "counts": count_table, "prices": price_table},
}
"""Document -> name of a part -> its lines."""


def renewed(path: Path) -> str:
    """A document with its generated parts as they must be now."""
    text = path.read_text("utf-8")
    for name, lines in PARTS[path.name].items():
        begin, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        body = "\n".join(lines()).strip("\n")
        text = f"{before}{begin}\n\n{body}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    for document in PARTS:
        (DOCS / document).write_text(renewed(DOCS / document), "utf-8")
