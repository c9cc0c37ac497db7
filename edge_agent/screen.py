"""The screen of the precinct commission.

What the box is, how many sheets are in it, and what may be done now. Never a tally.

The number of sheets is not a result; votes are on paper only, after closing (VVSG 2.0, 1.1.9-K).
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge_agent.box import Box, Stage
from edge_agent.steps import Step, possible
from shailoo.errors import ShailooError
from shailoo.i18n import Catalog, catalog, local_time, msgid, number
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.election import Mode

_MOST_CONTESTS = 6
"""A remote station takes ballots of every district; there only the sum is shown."""
LEAVE = "0"
SPEAK = "9"

STEPS: Mapping[Step, str] = {
    Step.ZERO: msgid("Print the zero report"),
    Step.OPEN: msgid("Open the box for voting"),
    Step.CLOSE: msgid("Close the box for ever"),
    Step.FINAL: msgid("Print the final report"),
    Step.ANNEX: msgid("Print the annex with preferential votes"),
    Step.COPY_ZERO: msgid("Print a copy of the zero report"),
    Step.COPY_FINAL: msgid("Print a copy of the final report"),
    Step.COPY_ANNEX: msgid("Print a copy of the annex"),
}
STAGES: Mapping[Stage, str] = {
    Stage.PROVISIONED: msgid("The box is ready. Print the zero report before the voters come."),
    Stage.ZEROED: msgid("The zero report is printed. Open the box when voting begins."),
    Stage.OPEN: msgid("The box is open and takes ballot papers."),
    Stage.CLOSED: msgid("The box is closed. Print the final report."),
    Stage.REPORTED: msgid("The final report is printed. Hand out the copies, then send the report."),
}
ERRORS: Mapping[str, str] = {
    "wrong-stage": msgid("This is not the next step. Nothing was done."),
    "counters-not-zero": msgid("A counter is not zero. Do not use this box; call for a reserve box."),
    "unknown-ballot": msgid("This sheet is not a ballot paper of this station. It was not counted; give it back."),
    "printer-failed": msgid(
        "The printer did not take the report. It is signed and stored; mend the printer and repeat."
    ),
    "no-font": msgid("No font with Kyrgyz letters was found, so no PDF can be made. The report is signed and stored."),
    "too-many-copies": msgid("A report is printed at most 999 times."),
    "not-stored": msgid(
        "The storage did not take the last step. Start the program again; it goes on from where it was."
    ),
    "storage-damaged": msgid("The storage of this box cannot be read. Call for a reserve box, or count by hand."),
    "wrong-key": msgid("The key of this box is not the registered one. Do not use it; call for a reserve box."),
    "not-provisioned": msgid("There is no prepared box in this folder."),
    "box-busy": msgid("Another program holds this box. End it first."),
    "bad-manifest": msgid("The manifest of this box cannot be read. Do not use it; call for a reserve box."),
}


def error_text(error: ShailooError, speak: Catalog) -> str:
    """What an error says to the commission, in its language, with the code for the telephone."""
    sentence = ERRORS.get(error.code)
    return f"{error.sentence if sentence is None else speak.gettext(sentence)} [{error.code}]"


class Screen:
    """Draws the box on a console in one of three languages."""

    def __init__(self, box: Box, console: Console, language: Language) -> None:
        self.box = box
        self.console = console
        self.language = language
        self.message = self._resumed()
        self.asked: Step | None = None
        """A step that waits for its confirmation."""
        self.printed = False
        """Whether a tape stands on the screen, which is then not wiped."""

    @property
    def speak(self) -> Catalog:
        """The sentences in the chosen language."""
        return catalog("edge_agent", self.language)

    def choices(self) -> dict[str, Step]:
        """Keys of the menu and what they do: the next step of the day is always `1`."""
        return {str(key): step for key, step in enumerate(possible(self.box), 1)}

    def next_language(self) -> None:
        """Change to the next of Kyrgyz, Russian, English."""
        self.language = LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]
        self.message = ""

    def draw(self) -> None:
        """Show everything anew."""
        if self.console.is_terminal and not self.printed:
            self.console.clear()
        self.printed = False
        self.console.print(self.view())

    def view(self) -> RenderableType:
        """The whole screen."""
        parts = [self._banner(), self._where(), self._sheets(), self._menu()]
        if self.message:
            parts.insert(3, Panel(Text(self.message, style="bold")))
        return Group(*parts)

    def _banner(self) -> RenderableType:
        _ = self.speak.gettext
        if self.box.manifest.mode is Mode.REHEARSAL:
            return Panel(Text(_("REHEARSAL, NOT AN ELECTION"), style="bold black on yellow", justify="center"))
        return Panel(Text(_("ELECTION"), style="bold white on blue", justify="center"))

    def _where(self) -> RenderableType:
        manifest, _ = self.box.manifest, self.speak.gettext
        grid = Table.grid(padding=(0, 2))
        grid.add_row(_("Election"), manifest.election_name.text(self.language))
        grid.add_row(_("Polling station"), f"{manifest.station}, {manifest.station_name.text(self.language)}")
        grid.add_row(_("Box"), manifest.box)
        for label, moment in ((_("Opened"), self.box.opened), (_("Closed"), self.box.closed)):
            if moment is not None:
                grid.add_row(label, local_time(moment, manifest.zone))
        return grid

    def _sheets(self) -> RenderableType:
        manifest, _ = self.box.manifest, self.speak.gettext
        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column(justify="right")
        grid.add_row(Text(_("Ballot papers in the box"), style="bold"), Text(number(self.box.ballots), style="bold"))
        if 1 < len(manifest.contests) <= _MOST_CONTESTS:
            for contest in manifest.contests:
                grid.add_row(f"  {contest.title}", number(self.box.ballots_of(contest.id)))
        return Panel(Group(grid, Text(), Text(_(STAGES[self.box.stage]))))

    def _menu(self) -> RenderableType:
        _ = self.speak.gettext
        lines = [f"{key}  {_(STEPS[step])}" for key, step in self.choices().items()]
        end = _("End the program")
        lines += [f"{SPEAK}  кыргызча / русский / English", f"{LEAVE}  {end}"]
        return Text("\n".join(lines))

    def _resumed(self) -> str:
        _, resumed = self.speak.gettext, self.box.resumed
        if not resumed.interrupted:
            return ""
        sheets = number(self.box.ballots)
        text = _("The program was interrupted and goes on. {sheets} ballot papers are counted.", sheets=sheets)
        if resumed.stage is Stage.OPEN:
            text += " " + _("If the scanner's own counter shows one more, put the last paper in again.")
        return text
