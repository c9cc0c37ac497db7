"""The function at CloudFront, run as it stands in the template."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from functions.static_files import CHECK, HOME, TAPE
from infra.cloudformation import resolve
from tests.infra.deployments import parameters

RESULTS, TIZME, LOG = "results.example.org", "tizme.example.org", "log.example.org"
_ASK = """
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const said = asked.map(([host, uri]) => handler({ request: { uri, headers: { host: { value: host } } } }));
process.stdout.write(JSON.stringify(said));
"""


def _answers(template: dict[str, Any], asked: list[tuple[str, str]], *, named: bool = True) -> list[dict[str, Any]]:
    made = resolve(template, parameters(personal="cloud", named=named))
    code = made.of_type("AWS::CloudFront::Function")["Signpost"]["FunctionCode"]
    assert len(code) < 10_240
    node = compute_driver_executable()[0]  # the one that drives the browsers of the other tests
    said = subprocess.run([node, "-e", code + _ASK], input=json.dumps(asked).encode(), capture_output=True, check=True)
    answers: list[dict[str, Any]] = json.loads(said.stdout)
    return answers


def _told(answer: dict[str, Any]) -> str:
    return str(answer.get("uri") or f"{answer['statusCode']} {answer['headers']['location']['value']}")


@pytest.mark.parametrize(
    ("host", "path", "told"),
    [
        (RESULTS, "/", f"302 {HOME}"),
        (TIZME, "/", "302 /tizme/ky/"),
        (LOG, "/", f"302 https://{RESULTS}/results/ky/log/"),
        (RESULTS, "/results/ky/", "/results/ky/index.html"),
        (RESULTS, "/results/ky/jk/station/1043", "301 /results/ky/jk/station/1043/"),
        (RESULTS, "/results/data/jk/pointer.json", "/results/data/jk/pointer.json"),
        (RESULTS, "/results/log/checkpoint", "/results/log/checkpoint"),
        (RESULTS, "/results/log/tile/0/x001/067", "/results/log/tile/0/x001/067"),
        (LOG, "/results/log/tile/0/000.p/12", "/results/log/tile/0/000.p/12"),
        (LOG, "/results/ky/log/", f"301 https://{RESULTS}/results/ky/log/"),
        (RESULTS, "/tizme/ky/", f"301 https://{TIZME}/tizme/ky/"),
        (TIZME, "/results/ky/", f"301 https://{RESULTS}/results/ky/"),
        (TIZME, "/tizme/ky/station/1043/", "/tizme/ky/station/1043/index.html"),
        ("talapker.example.org", "/", "302 /talapker/ky/"),
        (TIZME, "/Q", f"302 https://{RESULTS}{CHECK}"),
    ],
)
def test_every_address_leads_to_its_file_or_its_host(host: str, path: str, told: str, template: dict[str, Any]) -> None:
    assert _told(_answers(template, [(host, path)])[0]) == told


def test_without_hosts_every_site_serves_everything(template: dict[str, Any]) -> None:
    asked = [("d1.cloudfront.net", path) for path in ("/", "/tizme/ky/", "/results/log/checkpoint", *TAPE)]
    said = [_told(one) for one in _answers(template, asked, named=False)]
    assert said == [f"302 {HOME}", "/tizme/ky/index.html", "/results/log/checkpoint", *[f"302 {CHECK}"] * len(TAPE)]


def test_no_address_leads_in_a_circle(template: dict[str, Any]) -> None:
    for path in ("/", "/results/ky", "/tizme/ky", "/talapker/ky/x", "/Q", "/unknown", "/results/log/x"):
        for host in (RESULTS, TIZME, LOG, "talapker.example.org"):
            at, on = host, path
            for _ in range(4):
                told = _told(_answers(template, [(at, on)])[0])
                if not told[0].isdigit():
                    break
                there = told[4:]
                if there.startswith("https://"):
                    at, _, rest = there.removeprefix("https://").partition("/")
                    there = f"/{rest}"
                on = there
            else:
                pytest.fail(f"{host}{path}")
