"""Import handlers as if what their packages leave out were not there: `python -m tests.infra.left_out MODULE…`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from infra.contents import wanted

_LIBRARIES = "site-packages/"


class LeftOut(MetaPathFinder):
    """Finds no module whose file `infra.contents.wanted` leaves out; compiled modules have others in Python."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for what is wanted: the next finder brings it. Raises ModuleNotFoundError."""
        found = PathFinder.find_spec(fullname, path, target)
        origin = None if found is None else found.origin
        if origin is None or _LIBRARIES not in origin:
            return None
        inside = origin.partition(_LIBRARIES)[2]
        if wanted(inside):
            return None
        if inside.endswith(".so") and Path(origin).with_name(f"{fullname.rpartition('.')[2]}.py").exists():
            return None
        raise ModuleNotFoundError(f"{fullname} is left out of the packages", name=fullname)


def main(modules: Sequence[str]) -> None:
    """Import each. When one of them prints, a page is printed too: that loads what embeds a font."""
    sys.meta_path.insert(0, LeftOut())
    for one in modules:
        importlib.import_module(one)
    if "fpdf" in sys.modules:
        page = sys.modules["fpdf"].FPDF()
        page.add_page()
        page.add_font("DejaVu", fname=sys.modules["functions.cases.receipts"].FONTS[0])
        page.set_font("DejaVu", size=12)
        page.cell(text="Өткөрүлгөн үйлөр ң")
        assert page.output().startswith(b"%PDF-")


if __name__ == "__main__":
    main(sys.argv[1:])
