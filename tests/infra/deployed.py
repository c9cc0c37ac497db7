"""The template deployed, with settings and keys put as an operator puts them: what ballot boxes then send to."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import httpx

from edge_agent.clock import SystemClock
from edge_agent.transport import HttpTransport
from infra.deploy import Build, deploy
from infra.put_secret import put
from infra.stage import StageFile
from infra.store import Client
from rehearsal.hands import Commission
from shailoo.adapters.aws.signer import KmsNoteSigner
from shailoo.assembly import LOG_PATH, CitizenProvider, IdentityProvider, Installation, save_settings
from shailoo.kinds import KINDS
from shailoo.kinds.voter import LISTS_CLOSE
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.election import Election
from shailoo.records.note import Verifier
from tests.infra.emulator import REGION, Emulator
from tests.infra.provider import CLIENT_ID, CLIENT_SECRET

STAGE: Final = "journey"
WITHOUT: Final = frozenset({"custody"})
"""What the emulator does not know: policies of secrets. It refuses budgets too; none are asked for."""
OWNER: Final = "arn:aws:iam::000000000000:root"
"""The account's owner in the emulator, who may take the role of the commission's own machine."""
_ANSWER_S: Final = 60.0
_AT_ONCE: Final = 64


@dataclass(frozen=True)
class Cloud:
    """A deployment of this installation: in the emulator, or in an account."""

    home: Path
    """The folder of the installation from which it was deployed; the sealing key's ceremony took place there."""
    outputs: Mapping[str, str]
    clients: Callable[[str], Client]
    stage: str = STAGE
    endpoint: str | None = None
    """None in an account."""
    authority: Path | None = None
    """Whose certificate stands before the endpoint."""
    log: Callable[[], str] = str
    """What was written down lately, if that can be had."""

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections that were deployed."""
        with Installation.open(self.home) as installation:
            return installation.elections

    @property
    def host(self) -> str:
        """The host under which the public knows the deployment."""
        return self.outputs["Origin"].partition("//")[2]

    @property
    def log_verifier(self) -> Verifier:
        """The log's key, as KMS gives it out."""
        return KmsNoteSigner(self.clients("kms"), self.outputs["LogKeyArn"], f"{self.host}/{LOG_PATH}").verifier

    @property
    def receipt_verifier(self) -> Verifier:
        """The key of receipts, as KMS gives it out."""
        return KmsNoteSigner(self.clients("kms"), self.outputs["ReceiptKeyArn"], f"{self.host}/receipts").verifier

    def commission(self, election: str) -> Commission:
        """What a box of an election is given."""
        with Installation.open(self.home) as installation:
            return Commission(installation.sealing_public(election).public_bytes_raw(), self.receipt_verifier.vkey())

    def door(self, output: str = "BoxApiUrl") -> httpx.Client:
        """A client of one of the interfaces; paths are relative to it. Close it."""
        address = self.outputs[output]
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        if self.endpoint is None:
            return httpx.Client(base_url=address, timeout=_ANSWER_S, trust_env=False, limits=limits)
        # No resolver knows the emulator's hosts: they are asked for at its own address.
        host = {"Host": address.partition("//")[2].rstrip("/")}
        trusted = ssl.create_default_context(cafile=self.authority)
        return httpx.Client(
            base_url=self.endpoint, headers=host, verify=trusted, timeout=_ANSWER_S, trust_env=False, limits=limits
        )

    def call(self, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON has no narrower type
        """Call a function as the cloud's own services do, and wait for what it says."""
        name = f"shailoo-{self.stage}-{function}"
        answer = self.clients("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, said
        return said

    def tick(self) -> None:
        """What a rule does every minute: nobody waits for it here."""
        self.call("herald", {"tick": True})

    def transport(self, client: httpx.Client) -> HttpTransport:
        """The boxes' own way to the intake, over a client of `door`."""
        return HttpTransport(str(client.base_url), client)


def deploy_to(
    emulator: Emulator,
    folder: Path,
    packages: Iterable[Path],
    build: Build,
    *,
    personal: str = "cloud",
    issuer: str | None = None,
) -> Cloud:
    """Deploy the template as it stands, then again with an installation that knows its address.

    `issuer` is an identity provider on the loopback, without TLS. The template takes none such: it is deployed with the
    address that the provider would have with it, and the authorizer is then told the other.
    """
    named = {} if issuer is None else {"IdentityIssuer": _with_tls(issuer), "IdentityAudience": CLIENT_ID}

    def deployed(installation: Path | None) -> Mapping[str, str]:
        stage = StageFile(
            region=REGION,
            installation=None if installation is None else str(installation),
            parameters={"PersonalData": personal, "HomePrincipal": OWNER, **named},
        )
        return deploy(
            STAGE,
            stage=stage,
            endpoint=emulator.endpoint,
            build=build,
            say=lambda _: None,
            clients=emulator.client,
            without=WITHOUT,
        )

    origin = deployed(None)["Origin"]
    home = folder / "home"
    identity = None if issuer is None else IdentityProvider(issuer=issuer, client_id=CLIENT_ID)
    secret = None if issuer is None else CLIENT_SECRET
    with Installation.create(home, packages, origin=origin, identity=identity, client_secret=secret) as installation:
        if issuer is not None:
            open_applications(installation, issuer)
    secrets = emulator.client("secretsmanager")
    put(secrets, STAGE, "sealing", sealing_keys(home))
    outputs = deployed(home)
    if issuer is not None:
        put(secrets, STAGE, "client", CLIENT_SECRET.encode())
        put(secrets, STAGE, "citizens", CLIENT_SECRET.encode())
        for name in (
            "Session",
            "Persons",
            "Cabinet",
        ):  # as drawn, but without the characters that the template excludes
            secrets.put_secret_value(SecretId=outputs[f"{name}SecretArn"], SecretString=token_hex(32))
        _without_tls(emulator.client("apigatewayv2"), issuer)
    return Cloud(
        home,
        outputs,
        emulator.client,
        endpoint=emulator.endpoint,
        authority=emulator.authority,
        log=emulator.log,
    )


def open_applications(installation: Installation, issuer: str) -> None:
    """Write into settings.json that voters sign in, and that every kind is open around this day."""
    today = SystemClock().now().date()
    window = Window(first=today - timedelta(days=2), last=today + timedelta(days=5))
    calendar = CaseCalendar(windows=dict.fromkeys(KINDS, window), marks={LISTS_CLOSE: today + timedelta(days=6)})
    citizens = CitizenProvider(issuer=issuer, client_id=CLIENT_ID, secret_file="citizens")
    changed = {"citizens": citizens, "cases": dict.fromkeys(installation.elections, calendar)}
    save_settings(installation.folder, installation.settings.model_copy(update=changed))


def _with_tls(issuer: str) -> str:
    return issuer.replace("http://", "https://", 1)


def _without_tls(interfaces: Client, issuer: str) -> None:
    (api,) = [one["ApiId"] for one in interfaces.get_apis()["Items"] if one["Name"].endswith("-people")]
    (authorizer,) = interfaces.get_authorizers(ApiId=api)["Items"]
    assert authorizer["JwtConfiguration"] == {"Issuer": _with_tls(issuer), "Audience": [CLIENT_ID]}
    told = {"Issuer": issuer, "Audience": [CLIENT_ID]}
    interfaces.update_authorizer(ApiId=api, AuthorizerId=authorizer["AuthorizerId"], JwtConfiguration=told)


def sealing_keys(home: Path) -> bytes:
    """The sealing keys of an installation, PEM after PEM: what the ceremony puts."""
    return b"".join(path.read_bytes() for path in sorted((home / "keys").glob("sealing-*.key")))
