"""What is wrong with an election package, told so that the person who filled in the table can mend it."""

from __future__ import annotations

from shailoo.errors import Refused
from shailoo.model.base import Frozen

MOST_FAULTS = 100
_LONGEST_VALUE = 80


class PackageFault(Frozen):
    """One fault: where it stands, what was found there, what is wrong, and what to do.

    `row` is the line of the file as a spreadsheet shows it: the header is row 1. None where the fault is of the whole
    file.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    remedy: str

    def sentence(self) -> str:
        """Say the fault in one line."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        found = "" if self.value is None else f" (found {self.value!r})"
        return f"{where}: {self.problem}{found}. {self.remedy}"


class PackageInvalid(Refused):
    """The package is not loaded at all. `faults` are the first hundred of `count`."""

    code = "package-invalid"

    def __init__(self, faults: tuple[PackageFault, ...], count: int) -> None:
        first = faults[0]
        more = f" And {count - 1} more." if count > 1 else ""
        super().__init__(
            f"The election package has faults. {first.sentence()}{more}",
            faults=count,
            file=first.file,
            row=first.row,
            column=first.column,
        )
        self.faults = faults
        self.count = count


class FaultList:
    """Collects faults while a package is read, so that one reading shows them all."""

    def __init__(self) -> None:
        self._faults: list[PackageFault] = []
        self._count = 0

    def add(
        self,
        file: str,
        problem: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        """Note a fault; beyond the hundredth only the count grows."""
        self._count += 1
        if len(self._faults) < MOST_FAULTS:
            shown = None if value is None else str(value)[:_LONGEST_VALUE]
            fault = PackageFault(file=file, row=row, column=column, value=shown, problem=problem, remedy=remedy)
            self._faults.append(fault)

    def raise_if_any(self) -> None:
        """Raise PackageInvalid with what was collected, or return."""
        if self._faults:
            raise PackageInvalid(tuple(self._faults), self._count)
