"""`shailoo keys`: what keys there are, how one is made, turned and retired. Never prints a secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.cli import key_sharing
from shailoo.cli.home import only_one, opened
from shailoo.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from shailoo.assembly import Installation
    from shailoo.model.armed import Armed

keys = typer.Typer(help="Keys: shown, made, split among trustees, turned. See docs/keys.md.", no_args_is_help=True)
keys.command("split")(key_sharing.split)
keys.command("check-share")(key_sharing.check_share)
keys.command("combine")(key_sharing.combine)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
Election = Annotated[str, typer.Option("--election", help="Of which election; may be left out where there is one.")]
CLIENT_SECRET = "keys/identity.secret"  # noqa: S105 -- the name of a file
START_AGAIN = "Start `shailoo serve` again: it works with the former key until then."


class SettingsBusy(Conflict):
    """Two commands would change the settings at once."""

    code = "settings-busy"


class KeyInUse(Refused):
    """Somebody still needs this key."""

    code = "key-in-use"


@keys.command()
def show(
    folder: Dir,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say which keys an installation has: kind, id, public form, fingerprint, rights, use. 1 if one is wrong."""
    from dataclasses import asdict

    from shailoo.adapters.key_folder import list_keys, shown

    with opened(folder) as installation:
        identity = installation.settings.identity
        secret = None if identity is None else identity.secret_file
        found = list(list_keys(folder, installation.settings.sealing, secret))
    typer.echo(json.dumps({"keys": [asdict(one) for one in found]}) if as_json else "\n".join(map(shown, found)))
    if any(one.wrong for one in found):
        raise typer.Exit(1)


@keys.command("new-sealing")
def new_sealing(
    out: Annotated[Path, typer.Option("--out", help="Folder for the key; a machine without a network is best.")],
) -> None:
    """Draw a key that opens seals, put into use by nobody yet: `sealing-<id>.key`, and `.pub` to hand on."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from shailoo.adapters.keys import save_sealing_key
    from shailoo.records.fingerprint import fingerprint

    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = X25519PrivateKey.generate()
    name = save_sealing_key(key, out)
    public = key.public_key().public_bytes_raw().hex()
    typer.echo(f"sealing key {name}\npublic {public}\nfingerprint {fingerprint(public)}")


@keys.command("write-public")
def write_public(folder: Dir) -> None:
    """Write the public half beside each sealing key that has none: for an installation made before there were any."""
    from shailoo.adapters.keys import load_sealing_key, save_sealing_public

    for path in sorted((folder / "keys").glob("sealing-*.key")):
        typer.echo(f"keys/{save_sealing_public(load_sealing_key(path).public_key(), folder / 'keys').name}")


@keys.command("rotate-sealing")
def rotate_sealing(
    folder: Dir,
    election: Election = "",
    to: Annotated[str, typer.Option("--to", help="Id of a key whose files are in keys/; drawn anew without.")] = "",
) -> None:
    """Let boxes that are prepared from now on seal to another key. The former one goes on opening what comes.

    What is true if we stop: after the key was written, nothing uses it yet; the settings name the old or the new one.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from shailoo.adapters.keys import load_sealing_key, load_sealing_public, save_sealing_key
    from shailoo.assembly import save_settings

    with only_one(folder, "settings.lock", SettingsBusy, wait=False), opened(folder) as installation:
        name = _election(installation, election)
        place = folder / "keys"
        if to:
            load_sealing_public(place / f"sealing-{to}.pub")
            load_sealing_key(place / f"sealing-{to}.key")  # no box may seal to what nobody here can open
            fresh = to
        else:
            fresh = save_sealing_key(X25519PrivateKey.generate(), place)
        former = installation.settings.sealing[name]
        if fresh == former:
            raise Conflict("This key is in use already.", key=fresh, election=name)
        sealing = {**installation.settings.sealing, name: fresh}
        save_settings(folder, installation.settings.model_copy(update={"sealing": sealing}))
        waiting = [one for one in _waiting(installation, name) if former in one.sealing]
    typer.echo(f"{name}: boxes prepared from now on seal to {fresh}; {former} goes on opening.")
    if waiting:
        typer.echo(
            f"{len(waiting)} boxes were prepared with {former} and have not sent: {_some(waiting)}. They may stay so. "
            "One whose zero report is not printed can be prepared anew: `shailoo boxes manifest`."
        )
    typer.echo(f"Make the backup of the new key now: `shailoo keys split`. Retire {former} once all have sent.")


@keys.command("retire-sealing")
def retire_sealing(
    folder: Dir,
    key: Annotated[str, typer.Option("--key", help="Id of the key.")],
    *,
    by_act: Annotated[
        bool, typer.Option("--although-boxes-wait", help="The commission decided that they are counted by hand.")
    ] = False,
) -> None:
    """Take a sealing key out of the installation once no box needs it. Its copies are destroyed by ceremony."""
    from shailoo.adapters.key_folder import remove_key

    with only_one(folder, "settings.lock", SettingsBusy, wait=False), opened(folder) as installation:
        using = sorted(name for name, used in installation.settings.sealing.items() if used == key)
        if using:
            raise KeyInUse("Boxes are prepared with this key; turn it first: `shailoo keys rotate-sealing`.",
                           key=key, election=using[0])  # fmt: skip
        waiting = [one for name in installation.elections for one in _waiting(installation, name) if key in one.sealing]
        if waiting and not by_act:
            raise KeyInUse(
                "Boxes that were prepared with this key have not sent. Wait, or revoke them by an act.",
                key=key, boxes=len(waiting), first=waiting[0].box,
            )  # fmt: skip
        remove_key(folder / "keys" / f"sealing-{key}.key")
    typer.echo(f"sealing key {key} is out of this folder. The words of its trustees and other copies remain: see")
    typer.echo("docs/ceremonies.md. Start `shailoo serve` again, so that it forgets the key too.")


@keys.command("rotate-receipt")
def rotate_receipt(folder: Dir) -> None:
    """Draw a new receipt key. The former one signs beside it, for boxes that were prepared with it know no other."""
    from shailoo.adapters.key_folder import turn_receipt_key

    with only_one(folder, "settings.lock", SettingsBusy, wait=False), opened(folder) as installation:
        name = installation.receipt_verifier.name
        old, new = turn_receipt_key(folder / "keys", name)
        waiting = [one for of in installation.elections for one in _waiting(installation, of) if old in one.receipts]
    typer.echo(f"new boxes know receipts by {new}\n{len(waiting)} prepared boxes know them by {old} and have not sent.")
    typer.echo(START_AGAIN)


@keys.command("retire-receipt")
def retire_receipt(
    folder: Dir,
    key: Annotated[str, typer.Option("--key", help="Key id of a former receipt key: 8 hexadecimal digits.")],
) -> None:
    """Let a former receipt key sign no more, once no box knows receipts by it alone."""
    from shailoo.adapters.key_folder import remove_key
    from shailoo.adapters.keys import FORMER, load_note_key

    with only_one(folder, "settings.lock", SettingsBusy, wait=False), opened(folder) as installation:
        path = folder / "keys" / f"{FORMER}{key}.key"
        if not path.exists():
            raise NotFound("There is no former receipt key of this id here.", key=key)
        vkey = load_note_key(path).verifier.vkey()
        waiting = [one for of in installation.elections for one in _waiting(installation, of) if vkey in one.receipts]
        if waiting:
            raise KeyInUse(
                "Boxes that know receipts by this key have not sent.", key=key, boxes=len(waiting), first=waiting[0].box
            )
        remove_key(path)
    typer.echo(f"receipt key {key} signs no more. {START_AGAIN}")


@keys.command("rotate-session")
def rotate_session(folder: Dir) -> None:
    """Draw a new key for cookies: everybody who is signed in signs in anew, also whoever stole a cookie."""
    from shailoo.adapters.key_folder import turn_session_key

    with opened(folder):
        turn_session_key(folder / "keys")
    typer.echo(f"Cookies of before are worth nothing. {START_AGAIN}")


@keys.command("client-secret")
def client_secret(folder: Dir) -> None:
    """Enter the secret that the identity provider gave, on the terminal, unseen."""
    from shailoo.adapters.key_folder import put_client_secret
    from shailoo.assembly import save_settings

    with only_one(folder, "settings.lock", SettingsBusy, wait=False), opened(folder) as installation:
        identity = installation.settings.identity
        if identity is None:
            raise NotFound("settings.json names no identity provider; enter it there first.", folder=folder.name)
        put_client_secret(folder / "keys", str(typer.prompt("Secret", hide_input=True)).strip())
        if identity.secret_file != CLIENT_SECRET:
            named = identity.model_copy(update={"secret_file": CLIENT_SECRET})
            save_settings(folder, installation.settings.model_copy(update={"identity": named}))
    typer.echo(f"The secret lies in keys/identity.secret. {START_AGAIN}")


def _election(installation: Installation, asked: str) -> str:
    names = sorted(installation.elections)
    if asked in installation.elections:
        return asked
    if not asked and len(names) == 1:
        return names[0]
    raise NotFound(f"Name the election with --election. There are: {', '.join(names)}.", election=asked or None)


def _waiting(installation: Installation, election: str) -> tuple[Armed, ...]:
    from shailoo.usecases.arm_boxes import still_to_send

    installation.registry.follow(installation.store)
    return still_to_send(
        installation.elections[election], installation.registry, installation.store, installation.store
    )


def _some(waiting: list[Armed], most: int = 5) -> str:
    names = [one.box for one in waiting[:most]]
    return ", ".join(names) + (" …" if len(waiting) > most else "")
