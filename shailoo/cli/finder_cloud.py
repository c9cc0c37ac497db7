"""`shailoo voters finder-to-cloud`: the index of find-my-station goes from where the list is into the cloud's table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.cli.home import only_one
from shailoo.cli.migrate import variables
from shailoo.cli.voter_days import voters
from shailoo.cli.voters import AsJson, Dir, at_home, say, told
from shailoo.errors import Conflict

__all__ = ["voters"]
"""Every command of the voter list: this module is the last one that adds to them."""

if TYPE_CHECKING:
    from shailoo.adapters.voters.finder_rows import IndexFile
    from shailoo.assembly import Installation


class IndexIsOlder(Conflict):
    """The index is not that of the newest list."""

    code = "index-is-older"


class LoadBusy(Conflict):
    """Another load is at work on this machine."""

    code = "load-busy"


@voters.command("finder-to-cloud")
def finder_to_cloud(
    folder: Dir,
    environment: Annotated[
        Path,
        typer.Option("--environment", help="File with SHAILOO_…=value lines: stage, state bucket, two tables."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Put the index of find-my-station into the cloud; those who ask see the former one until all of it is there.

    Killed anywhere, it is called again. Its secret goes there once: python -m infra.put_secret (docs/keys.md).
    """
    from shailoo.adapters.aws.finder_load import FinderLoader
    from shailoo.adapters.aws.finder_state import PlacesFiles
    from shailoo.adapters.aws.items import DynamoItemStore
    from shailoo.adapters.aws.session import client
    from shailoo.model.cloud import CloudSettings

    cloud = CloudSettings.read(variables(environment))
    with (
        at_home(folder) as home,
        only_one(folder, "finder-to-cloud.lock", LoadBusy, wait=False),
        told("The index is put into the cloud", as_json=as_json) as (began, progress),
    ):
        index = _index(home)
        loader = FinderLoader(
            client(cloud, "dynamodb"),
            cloud.need("finder_table"),
            items=DynamoItemStore(client(cloud, "dynamodb"), cloud.need("items_table")),
            files=PlacesFiles(client(cloud, "s3"), cloud.state_bucket),
        )
        done = loader.load(index, lambda rows: progress("rows", 950 * rows // max(index.people, 1)))
        progress("done", 1000)
        facts = {
            "rows": index.people, "refused": 0, "version": index.number, "load": done.load, "written": done.written,
            "removed": done.removed, "secret": index.secret_id,
        }  # fmt: skip
    say(began, facts, as_json=as_json)


def _index(home: Installation) -> IndexFile:
    """The index of the newest list. Raises NotFound, IndexIsOlder."""
    from shailoo.adapters.voters.finder_rows import IndexFile
    from shailoo.assembly import newest_list

    index = IndexFile.newest(home.folder / "voters" / "finder")
    newest = newest_list(home.voter_reader().made())
    if newest is not None and newest.number != index.number:
        raise IndexIsOlder(
            "The index is not that of the newest list: `shailoo voters publish --dir DIR` makes it.",
            index=index.number,
            newest=newest.number,
        )
    return index
