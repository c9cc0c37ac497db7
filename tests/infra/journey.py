"""`python -m tests.infra.journey STAGE`: the night of the tests against a deployment that stands, in an account.

The stage's installation is one of a rehearsal of the election `small`. Reports stay in the record, as every report
does; a second night finds them there, and every box gets the receipt that it got.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache, partial
from pathlib import Path

import botocore.session

from infra.stack import Stack
from infra.stage import read_stage
from infra.store import Client
from shailoo.errors import NotFound, ShailooError
from shailoo.model.election import Mode
from tests.infra.cloud_night import CloudNight, verify
from tests.infra.deployed import Cloud

ELECTION = "small"
_WORDS = 2


@cache
def _client(region: str, service: str) -> Client:
    return botocore.session.get_session().create_client(service, region_name=region)


def play(stage: str, folder: Path) -> str:
    """Play the night; returns what is wrong, or nothing. Raises NotFound, and whatever the cloud refuses."""
    said = read_stage(stage)
    if said.installation is None:
        raise NotFound("The stage names no installation: boxes must know to which key they seal.", stage=stage)
    clients = partial(_client, said.region)
    outputs = Stack(clients("cloudformation"), f"shailoo-{stage}", stage).outputs()
    cloud = Cloud(Path(said.installation), outputs, clients, stage)
    election = cloud.elections.get(ELECTION)
    if election is None or election.mode is not Mode.REHEARSAL:
        raise NotFound("This is no rehearsal of the election that the journey plays.", election=ELECTION)
    night = CloudNight(cloud, ELECTION, folder)
    night.play_boxes()
    night.open()
    night.send()
    night.wait("what the boxes sent", night.all_public)
    night.send(kind="annex")
    night.wait("the annexes", night.all_annexes_public)
    found = verify(outputs["Origin"], vkey=cloud.log_verifier.vkey())
    return "; ".join([*night.compared().differences, *([] if found["ok"] else [str(found["broken"])])])


def main() -> int:
    """Play, and say what came of it: 0 well, 1 something is wrong, 2 it could not be played."""
    if len(sys.argv) != _WORDS:
        sys.stderr.write("Name a stage: make journey STAGE=name\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="journey-") as folder:
            wrong = play(sys.argv[1], Path(folder))
    except ShailooError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    well = "Every box has its receipt, every total is what was counted, and a stranger verified it."
    sys.stdout.write(f"{wrong or well}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
