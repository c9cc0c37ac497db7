"""What is wrong with an address register, told so that the person who keeps its tables can mend it."""

from __future__ import annotations

from shailoo.errors import Refused
from shailoo.package_faults import FaultList, PackageFault

RegisterFault = PackageFault
"""Where a fault stands, what is wrong and what to do, told in the same way for both kinds of tables."""


class RegisterInvalid(Refused):
    """The register is not loaded at all. `faults` are the first hundred of `count`.

    What was found in a cell is in the faults, for whoever keeps the register; the sentence and its facts, which end up
    in logs, do not repeat it.
    """

    code = "register-invalid"

    def __init__(self, faults: tuple[RegisterFault, ...], count: int) -> None:
        first = faults[0]
        more = f" And {count - 1} more." if count > 1 else ""
        told = first.model_copy(update={"value": None}).sentence()
        super().__init__(
            f"The address register has faults. {told}{more}",
            faults=count,
            file=first.file,
            row=first.row,
            column=first.column,
        )
        self.faults = faults
        self.count = count


class RegisterFaults(FaultList):
    """Collects faults while a register is read, so that one reading shows them all."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self._count > 0

    def more(self, count: int) -> None:
        """Count faults that are like those already told."""
        self._count += count

    def raise_if_any(self) -> None:
        """Raise RegisterInvalid with what was collected, or return."""
        if self._faults:
            raise RegisterInvalid(tuple(self._faults), self._count)
