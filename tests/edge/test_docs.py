"""docs/ballot-box.md and docs/report-text.md say what the box does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from edge_agent import errors
from edge_agent.events import EventKind
from edge_agent.feed import answer
from edge_agent.no_network import EXIT_NETWORK
from edge_agent.stage import Stage
from edge_agent.steps import Step
from shailoo.errors import ShailooError
from shailoo.records.note import SignedNote, Verifier
from shailoo.records.report_text import LABELS, read_report, write_report
from shailoo.records.tape_code import LARGEST
from tests.edge.boxes import box_at

DOCS = Path(__file__).resolve().parents[2] / "docs"
BOX_DOC = (DOCS / "ballot-box.md").read_text(encoding="utf-8")
TEXT_DOC = (DOCS / "report-text.md").read_text(encoding="utf-8")


def rows(title: str) -> dict[str, str]:
    """The table under a heading of docs/ballot-box.md: first column, second column."""
    part = BOX_DOC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE))


def test_every_event_is_documented_as_the_catalogue_says() -> None:
    assert rows("Events") == {kind.label: kind.says for kind in EventKind}


def test_every_code_is_documented_as_the_error_says() -> None:
    found = [thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, ShailooError)]
    own = {
        error.code: " ".join((error.__doc__ or "").split()) for error in found if error.__module__ == errors.__name__
    }
    assert rows("Codes") == own


def test_stages_and_steps_are_documented() -> None:
    assert all(stage.value in BOX_DOC for stage in Stage)
    assert f"| {EXIT_NETWORK} |" in BOX_DOC
    assert {step.value.partition("-")[0] for step in Step} <= set(re.findall(r"[a-z]+", BOX_DOC))


def test_the_answers_of_the_scanner_read_as_documented(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    for step in ("zero", "open"):
        answer(box, step)
    lines = re.findall(r"^(ballot \S+ \S+(?: \d+)?) {2,}.*?(ok open \d+|no unknown-ballot .*)$", BOX_DOC, re.MULTILINE)
    assert len(lines) == 4
    for asked, answered in lines:
        said = answer(box, asked)
        assert said.split()[:2] == answered.split()[:2]
        if answered.startswith("no "):
            assert said == answered


def test_the_example_is_a_signed_report_under_the_key_beside_it() -> None:
    example = re.findall(r"^```\n(SHAILOO 1 .*?)```$", TEXT_DOC, re.DOTALL | re.MULTILINE)[0]
    note = SignedNote.parse(example.encode())
    note.verify(Verifier.parse(re.findall(r"\(`(\S+\+[0-9a-f]{8}\+\S+)`\)", TEXT_DOC)[0]))
    assert write_report(read_report(note.text)) == note.text


def test_every_label_is_documented_in_three_languages() -> None:
    for key in LABELS["en"]:
        assert f"| {key} | {LABELS['ky'][key]} | {LABELS['ru'][key]} | {LABELS['en'][key]} |" in TEXT_DOC


def test_the_bound_of_the_code_is_documented() -> None:
    assert f"pass {LARGEST} bytes" in TEXT_DOC
