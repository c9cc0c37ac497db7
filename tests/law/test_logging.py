"""Nothing but the catalogue is logged: who writes to a log, or to the error output, is named here with the reason."""

from __future__ import annotations

import ast

from tests.law.source import Module, modules

TELEMETRY = "shailoo.telemetry"
HEARS_OR_HUSHES = {TELEMETRY, "rehearsal.identity"}
"""Libraries' own logging: the one hears it and keeps no word, the other hushes the rehearsal's provider."""
ANSWERS_ON_A_TERMINAL = (
    "shailoo.cli",
    "builder.documents.child",
    "functions.__main__",
    "rehearsal",
    "auditor",
    "edge_agent",
)
"""Commands that answer whoever started them: a person, or, over a pipe, the copyist. The box has its own event log."""
PROGRAMS_THAT_RUN_ON = ("functions", "builder", "shailoo")
OUTPUTS = {"sys.stderr", "sys.stdout", "sys.__stderr__", "sys.__stdout__"}
TALKATIVE = {"print", "warn", "print_exc", "print_exception", "print_stack", "format_exc"}


def outside(*packages: str) -> list[Module]:
    return [module for module in modules().values() if not module.within(*packages)]


def test_only_the_telemetry_knows_a_logging_library() -> None:
    found = {
        module.name
        for module in modules().values()
        for name in module.imports
        if name.partition(".")[0] in {"logging", "structlog", "loguru", "syslog", "traceback"}
        or name in {"aws_lambda_powertools.Logger", "aws_lambda_powertools.Metrics", "aws_lambda_powertools.Tracer"}
    }
    assert found == HEARS_OR_HUSHES


def test_no_program_that_runs_on_writes_to_its_output_by_itself() -> None:
    found = [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for module in outside(TELEMETRY, *ANSWERS_ON_A_TERMINAL)
        if module.within(*PROGRAMS_THAT_RUN_ON)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in OUTPUTS)
        or (isinstance(node, ast.Call) and _name(node.func) in TALKATIVE)
    ]
    assert found == []


def test_a_program_says_only_what_is_declared() -> None:
    """Each call of `say` is given an event, made in the call: nothing is put together elsewhere and passed through."""
    events = {name for module in modules().values() if module.within("shailoo.events") for name in _classes(module)}
    found = [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for module in outside(TELEMETRY, "edge_agent")
        if f"{TELEMETRY}.say" in module.imports or TELEMETRY in module.imports
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and _name(node.func) == "say"
        and not (len(node.args) == 1 and isinstance(node.args[0], ast.Call) and _name(node.args[0].func) in events)
    ]
    assert found == []


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _classes(module: Module) -> list[str]:
    return [node.name for node in module.tree.body if isinstance(node, ast.ClassDef)]
