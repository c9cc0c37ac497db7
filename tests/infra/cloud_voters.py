"""Find my station in a deployment: an index put there from a home with made-up people, questions over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import botocore.session
import httpx

from infra.put_secret import put
from infra.store import Client
from shailoo.adapters.aws.finder_load import FinderLoader, Loaded
from shailoo.adapters.aws.finder_state import PlacesFiles
from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.voters.finder_rows import IndexFile
from tests.infra.deployed import Cloud
from tests.infra.emulator import REGION
from tests.voters.finder_people import indexed

ASK: Final = "/api/tizme/station"
_TRIES: Final = 5
Person = tuple[str, str, str | None]


@dataclass(frozen=True)
class CloudVoters:
    """A deployment, and the commission's own machine with the role that the deployment gives it."""

    cloud: Cloud

    @classmethod
    def served(cls, cloud: Cloud, people: Sequence[Person], environment: Path) -> CloudVoters:
        """An index of people put there by the command, and its secret by the operator."""
        made = cls(cloud)
        made.index(people, 1)
        assert made.put_secret().endswith(": put")
        said = made.command(environment)
        assert (said["rows"], said["written"], said["removed"]) == (len(people), len(people), 0)
        return made

    @property
    def folder(self) -> Path:
        """Where the index lies at home."""
        return self.cloud.home / "voters" / "finder"

    def index(self, people: Iterable[Person], number: int) -> None:
        """Make a version of the index at home."""
        indexed(self.folder, people, number)

    def put_secret(self) -> str:
        """Put the index's secret, as the operator does; returns what is told of it."""
        value = (self.folder / "secret.key").read_bytes()
        return put(self.cloud.clients("secretsmanager"), self.cloud.stage, "finder", value)

    @cached_property
    def role(self) -> Mapping[str, str]:
        """Credentials of the role of the commission's own machine."""
        arn = f"arn:aws:iam::000000000000:role/shailoo-{self.cloud.stage}-home"
        given = self.cloud.clients("sts").assume_role(RoleArn=arn, RoleSessionName="home")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def command(self, environment: Path) -> Mapping[str, Any]:
        """`shailoo voters finder-to-cloud`, in a process of its own with the role; what it says."""
        outputs = self.cloud.outputs
        said = {
            "STAGE": self.cloud.stage,
            "STATE_BUCKET": outputs["StateBucketName"],
            "ITEMS_TABLE": outputs["ItemsTableName"],
            "FINDER_TABLE": outputs["FinderTableName"],
            "ENDPOINT": self.cloud.endpoint or "",
        }
        environment.write_text("".join(f"SHAILOO_{name}={value}\n" for name, value in said.items()))
        command = [sys.executable, "-m", "shailoo.cli", "voters", "finder-to-cloud", "--json"]
        done = subprocess.run(
            [*command, "--dir", self.cloud.home, "--environment", environment],
            env={**os.environ, **self.role, "AWS_DEFAULT_REGION": REGION, "AWS_CA_BUNDLE": str(self.cloud.authority)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: Mapping[str, Any] = json.loads(done.stdout)
        return told

    def load_at_once(self) -> Loaded:
        """The same without the wait for readers of the former version, for a test whose processes are all new ones."""
        items = DynamoItemStore(self.client("dynamodb"), self.cloud.outputs["ItemsTableName"])
        loader = FinderLoader(
            self.client("dynamodb"),
            self.cloud.outputs["FinderTableName"],
            items=items,
            files=PlacesFiles(self.client("s3"), self.cloud.outputs["StateBucketName"]),
            sleep=lambda _: None,
        )
        return loader.load(IndexFile.newest(self.folder))

    def client(self, service: str) -> Client:
        """A client with the role of the commission's own machine."""
        return botocore.session.get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.cloud.endpoint,
            verify=str(self.cloud.authority),
            aws_access_key_id=self.role["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.role["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.role["AWS_SESSION_TOKEN"],
        )

    def ask(self, pin: str, surname: str, language: str, address: str, *, page: bool = False) -> httpx.Response:
        """Ask as a browser does with a form, or as a program does with JSON; of a process that was killed, again."""
        fields = {"pin": pin, "surname": surname, "lang": language}
        # Two servers stand before the function; the emulator has none of them, and adds itself or does not.
        headers = {"X-Forwarded-For": f"{address}, {address}", "Accept": "text/html" if page else "application/json"}
        sent: dict[str, Any] = {"data": fields} if page else {"json": fields}
        with self.cloud.door("PeopleApiUrl") as door:
            for _ in range(_TRIES):
                answer = door.post(ASK, headers=headers, **sent)
                if answer.status_code != httpx.codes.BAD_GATEWAY:
                    break
        return answer
