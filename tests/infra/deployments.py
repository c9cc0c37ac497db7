"""Parameters of deployments that tests look at."""

from __future__ import annotations

from infra.cloudformation import ACCOUNT

BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
CEREMONY = f"arn:aws:iam::{ACCOUNT}:role/ceremony"
HOME = f"arn:aws:iam::{ACCOUNT}:user/home"
MOVE = f"arn:aws:iam::{ACCOUNT}:role/move"
MOVED = {"LogKeyOf": "secret", "ReceiptKeyOf": "secret"}
"""An installation that moved here goes on with its own keys."""
CODES = ("Intake", "Herald", "Publisher", "Staff", "Cases", "Notices", "Tizme", "Copyist")


def parameters(*, personal: str, named: bool = True) -> dict[str, str]:
    """Parameters of a whole deployment, with hosts or with the names that the cloud gives."""
    hosts = {
        "ResultsDomain": "results.example.org",
        "TizmeDomain": "tizme.example.org",
        "TalapkerDomain": "talapker.example.org",
        "LogDomain": "log.example.org",
        "EdgeCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/edge",
        "WebAclArn": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/shailoo-night/1",
        "PeopleDomain": "people.example.org",
        "BoxDomain": "boxes.example.org",
        "ApiCertificateArn": f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/api",
        "TruststoreVersion": "1",
    }
    return {
        "Stage": "night",
        "PersonalData": personal,
        "ArtifactBucket": "artifacts",
        **{f"{name}Code": f"functions/{name.lower()}.zip" for name in CODES},
        "IdentityIssuer": "https://id.example.org",
        "IdentityAudience": "shailoo",
        "HomePrincipal": HOME,
        "BreakGlassRoleArn": BREAK_GLASS,
        "CeremonyRoleArn": CEREMONY,
        "AlarmAddress": "duty@example.org",
        **(hosts if named else {}),
    }
