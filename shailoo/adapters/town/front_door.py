"""nginx's configuration, made from what the local server does: its headers, types, cache classes and limits.

nginx is told everything by the address alone, never by the type that it would send: an answer 304 has no type, and must
carry the same headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shailoo.errors import Refused
from shailoo.model.base import Frozen
from shailoo.rules.cache_classes import FRESH, NAMED_BY_CONTENT, PLAIN_NAMES, TYPES, CacheClass

_HSTS: Final = ("strict-transport-security", "max-age=31536000")
_QUOTABLE: Final = re.compile(r"[^\"\\$\x00-\x1f\x7f]*")


class BadPolicy(Refused):
    """A content policy holds what nginx's configuration cannot."""

    code = "bad-policy"


@dataclass(frozen=True, slots=True)
class Served:
    """What the local server does with public files."""

    portals: Sequence[str]
    security: Sequence[tuple[str, str]]
    zipped: Sequence[str]
    """Beginnings of the content types that travel zipped."""
    smallest_gzip: int
    strict: str
    """The content policy of a portal whose builder left none."""
    home: str
    check: str
    nothing: str
    """The page for an address of no portal."""
    most: Mapping[str, int]
    """Bytes of the largest body, by door: intake, staff, cases, form."""

    def travels_zipped(self, kind: str) -> bool:
        """Whether a content type is text."""
        return kind.startswith(tuple(self.zipped))


class Place(Frozen):
    """Where nginx listens and what it reads."""

    host: str
    folder: str
    tls: str = "/etc/shailoo/tls"
    policies: str = "/etc/shailoo/nginx/policies.conf"
    proxy: str = "/etc/shailoo/nginx/proxy.conf"
    acme: str = "/var/www/shailoo"
    log: str = "/var/log/nginx/shailoo.access.log"
    error_log: str = "/var/log/nginx/shailoo.error.log"
    http: tuple[str, ...] = ("80", "[::]:80")
    https: tuple[str, ...] = ("443", "[::]:443")
    ports: Mapping[str, int]


def nginx_config(template: str, served: Served, place: Place) -> str:
    """The whole configuration. Raises LookupError when the template wants what nobody told it."""
    texts = [suffix for suffix, kind in TYPES.items() if served.travels_zipped(kind)]
    values = {
        "ACME": place.acme,
        "CHECK": served.check,
        "DIR": place.folder,
        "ERROR_LOG": place.error_log,
        "FOR_EVER": CacheClass.FOR_EVER,
        "FRESH": CacheClass.POINTER,
        "FRESH_NAMES": _any(FRESH),
        "GZIP_TYPES": " ".join(f'"{kind}"' for kind in sorted({TYPES[one] for one in texts})),
        "HOME": served.home,
        "HOST": place.host,
        "LISTEN_HTTP": _lines([f"listen {one};" for one in place.http], 4),
        "LISTEN_HTTPS": _lines([f"listen {one} ssl http2;" for one in place.https], 4),
        "LOG": place.log,
        "MOST_CASES": str(served.most["cases"]),
        "MOST_FORM": str(served.most["form"]),
        "MOST_INTAKE": str(served.most["intake"]),
        "MOST_STAFF": str(served.most["staff"]),
        "NAMED_BY_CONTENT": NAMED_BY_CONTENT,
        "NOTHING": _quoted(served.nothing),
        "PAGE": _PAGE,
        "PAGES": CacheClass.PAGE,
        "PLAIN_NAMES": _any(PLAIN_NAMES),
        "POLICIES": place.policies,
        "PORTALS": "|".join(served.portals),
        "PROXY": f"include {place.proxy};",
        "SECURITY": _lines([f'add_header {name} "{value}" always;' for name, value in (*served.security, _HSTS)], 4),
        "SMALLEST_GZIP": str(served.smallest_gzip),
        "STRICT": _quoted(served.strict),
        "TEXT": rf"(?:/|{_any(texts)}|/(?:{_any(PLAIN_NAMES)}))$",
        "TLS": place.tls,
        "TYPES": _lines([f'"{kind}" {suffix[1:]};' for suffix, kind in sorted(TYPES.items())], 8),
        **{f"PORT_{part}": str(port) for part, port in place.ports.items()},
    }
    return fill(template, values)


def policies(public: Path, served: Served) -> str:
    """The Content-Security-Policy of each portal as a map of nginx; the strict one where a builder left none.

    Raises BadPolicy.
    """
    said = {portal: _quoted(_policy(public / portal / "csp.json", served.strict)) for portal in served.portals}
    lines = [
        'default "";',
        *(f'"~^/{portal}(?:/.*)?{_PAGE}" "{policy}";' for portal, policy in said.items()),
        f'"~{_PAGE}" "{_quoted(served.strict)}";',
    ]
    return "map $uri $shailoo_policy {\n" + _lines(lines, 4) + "\n}\n"


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with every `@NAME@` replaced. Raises LookupError for a name without a value."""
    return re.sub(r"@([A-Z][A-Za-z_]*)@", lambda found: values[found[1]], template)


_PAGE: Final = r"(?:/|\.html)$"


def _policy(path: Path, otherwise: str) -> str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return str(said["content-security-policy"])
    except (OSError, ValueError, KeyError, TypeError):
        return otherwise


def _quoted(text: str) -> str:
    if not _QUOTABLE.fullmatch(text):
        raise BadPolicy("A text for nginx may hold neither quotation marks nor $, \\ or line ends.")
    return text


def _any(names: Sequence[str]) -> str:
    return "|".join(re.escape(name) for name in names)


def _lines(lines: Sequence[str], indent: int) -> str:
    return "\n".join(" " * indent + line for line in lines)
