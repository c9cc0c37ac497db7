"""`shailoo migrate`: an installation moves from SQLite and files to AWS. Every byte is read back; it may be repeated.

1  what lies in the target is compared          stop: nothing was changed
2  copied while the installation is at work     stop: the target holds a beginning of it
3  the store is locked, what came since follows stop: the lock is gone with the process
4  everything is read back and compared         stop: as 3
5  the store is sealed for ever                 stop: nobody takes anything; repeat
6  settings.json is put                         from here on the cloud is the installation
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.cli.home import only_one
from shailoo.errors import Conflict, NotFound

if TYPE_CHECKING:
    from shailoo.adapters.aws.target import CloudTarget
    from shailoo.assembly import Installation
    from shailoo.ids import Digest
    from shailoo.usecases.carry_over import Carried

SETTINGS = "settings.json"
Tell = Callable[[str], None]


class MigrationBusy(Conflict):
    """Another migration is at work on this installation."""

    code = "migration-busy"


class Moved(Conflict):
    """The installation is in the cloud now; here it takes nothing more."""

    code = "moved"


class OtherKeyThere(Conflict):
    """The cloud would sign with another key than this installation."""

    code = "other-key-there"


def migrate(
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the installation that moves.")],
    environment: Annotated[
        Path,
        typer.Option("--environment", help="File with SHAILOO_…=value lines: tables, buckets, keys of the target."),
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be moved, and whether it could be.")
    ] = False,
    copy_only: Annotated[
        bool, typer.Option("--copy-only", help="Copy what there is now and stay; move with a second call.")
    ] = False,
    put_keys: Annotated[
        bool, typer.Option("--put-keys", help="Put the keys into the secrets that the environment names.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
) -> None:
    """Move an installation to AWS: records with their numbers, values, objects, uploads, packages, public files.

    Stop `shailoo serve` first, and let no function of the target run before this has ended. Killed anywhere, it is
    called again. Refuses a target that holds anything else.
    """
    from shailoo.adapters.aws.target import CloudTarget
    from shailoo.assembly import Installation
    from shailoo.model.cloud import CloudSettings

    target = CloudTarget(CloudSettings.read(variables(environment)))
    tell: Tell = (lambda _: None) if as_json else typer.echo
    with only_one(folder, "migrate.lock", MigrationBusy, wait=False), Installation.open(folder) as installation:
        move = Move(installation, target, tell)
        if put_keys and not dry_run:
            move.put_keys()
        move.check()
        if dry_run:
            report = move.counts()
        elif copy_only:
            report = move.copy()
        else:
            with (
                only_one(folder, "publisher.lock", MigrationBusy, wait=False),
                only_one(folder, "copyist.lock", MigrationBusy, wait=False),
            ):
                report = move.whole()
    typer.echo(json.dumps(report) if as_json else "\n".join(f"{name}: {value}" for name, value in report.items()))


class Move:
    """One migration: where it comes from, where it goes, and how far it knows that it came."""

    def __init__(self, installation: Installation, target: CloudTarget, tell: Tell) -> None:
        self.source = installation
        self.target = target
        self.tell = tell
        self.store = installation.folder / "store.db"
        self._known = 0
        self._objects: set[Digest] = set()

    def put_keys(self) -> None:
        """Put every key whose secret the environment names; a key without a name there is told and stays."""
        for name, text in self._secrets():
            secret = getattr(self.target.settings, f"{name}_secret")
            if secret is None:
                self.tell(f"key {name}: the environment names no secret, not put{self._advice(name)}")
            else:
                self.target.put_secret(secret, text)
                self.tell(f"key {name}: put")

    def check(self) -> None:
        """Whether the target can take this installation. Raises TargetHoldsOthers, OtherKeyThere."""
        from shailoo.adapters.aws.note_keys import note_signer
        from shailoo.adapters.moving import items_of
        from shailoo.usecases.carry_over import TargetHoldsOthers, check_records

        self._known = check_records(self.source.store, self.target.records)
        ours = {name for name, _ in items_of(self.store)}
        for name in self.target.item_names():
            if name not in ours:
                raise TargetHoldsOthers("The target holds a value that this installation has not.", name=name)
        log = self.source.log_signer.verifier
        there = note_signer(self.target.settings, "log", log.name).verifier
        if there.vkey() != log.vkey():
            raise OtherKeyThere(
                "A log goes on with its own key only: deploy with LogKeyOf=secret; --put-keys puts it into the secret "
                "that SHAILOO_LOG_SECRET names.",
                ours=log.key_id.hex(), there=there.key_id.hex(),
            )  # fmt: skip
        receipts = self.source.receipt_verifier
        there = note_signer(self.target.settings, "receipt", receipts.name).verifier
        if there.vkey() != receipts.vkey() and self._boxes_wait():
            raise OtherKeyThere(
                "Boxes were prepared that know receipts by this installation's key and have not sent: deploy with "
                "ReceiptKeyOf=secret; --put-keys puts it into the secret that SHAILOO_RECEIPT_SECRET names.",
                ours=receipts.key_id.hex(), there=there.key_id.hex(),
            )  # fmt: skip

    def counts(self) -> dict[str, object]:
        """What there is to move."""
        from shailoo.adapters.moving import files_of, items_of, objects_of, uploads_of

        return {
            "records": self.source.store.last(),
            "records in the target": self._known,
            "values": sum(1 for _ in items_of(self.store)),
            "objects": sum(1 for _ in objects_of(self.source.folder / "objects")),
            "files of uploads": sum(1 for _ in uploads_of(self.source.folder / "uploads")),
            "packages": len(self.source.elections),
            "public files": sum(1 for _ in files_of(self.source.public)),
            **self._keys(),
            "stays here": self._stays(),
        }

    def copy(self) -> dict[str, object]:
        """Everything that there is now, while the installation may be at work."""
        from shailoo.adapters.moving import files_of, items_of, objects_of, uploads_of
        from shailoo.usecases.carry_over import Carried, carry_files, carry_items, carry_objects, carry_records

        folder, target = self.source.folder, self.target
        done: dict[str, Carried] = {}
        last = self.source.store.last()
        fresh = [name for name in objects_of(folder / "objects") if name not in self._objects]
        done["objects"] = carry_objects(fresh, self.source.objects, target.objects) + Carried(there=len(self._objects))
        self._objects |= set(fresh)
        done["records"] = carry_records(self.source.store, target.numbered, self._known)
        self._known = done["records"].total
        done["values"] = carry_items(items_of(self.store), target.items)
        done["files of uploads"] = carry_files(uploads_of(folder / "uploads"), target.read_upload, target.write_upload)
        done["packages"] = carry_files(self._packages(), target.read_state, target.write_state)
        before = (target.public.unchanged, target.public.written)
        for path, data in files_of(self.source.public):
            target.public.write(path, data)
        target.public.flush()
        done["public files"] = Carried(target.public.unchanged - before[0], target.public.written - before[1])
        for kind, one in done.items():
            self.tell(f"{kind}: {one.brought} brought, {one.there} there already")
        return {"records": last, **{kind: one.total for kind, one in done.items() if kind != "records"}}

    def whole(self) -> dict[str, object]:
        """Copy, lock, copy what came since, verify, seal, and hand over."""
        from shailoo.adapters.moving import MovedTo, held, is_sealed, leave_note, seal_store
        from shailoo.usecases.carry_over import NotTheSame, feed_digest

        if not is_sealed(self.store):
            self.copy()
        with held(self.store) as connection:
            self.tell("the store is locked: whoever sends is told to try again")
            counted = self.copy()
            ours = feed_digest(self.source.store)
            theirs = feed_digest(self.target.records)
            if ours != theirs:
                raise NotTheSame("The two feeds differ.", here=ours.sha256, there=theirs.sha256)
            self._verify()
            seal_store(connection)
        now = datetime.now(UTC).replace(microsecond=0)
        stage = self.target.settings.stage
        leave_note(self.source.folder, MovedTo(stage=stage, moved=now, records=ours.records, feed_sha256=ours.sha256))
        settings = (self.source.folder / SETTINGS).read_bytes()
        self.target.write_state(SETTINGS, settings)
        if self.target.read_state(SETTINGS) != settings:
            raise NotTheSame("settings.json came back with other bytes.", name=SETTINGS)
        return {**counted, "feed here": ours.sha256, "feed there": theirs.sha256, "stays here": self._stays()}

    def _verify(self) -> None:
        """Read back every byte that is not a record or an object; those were compared on their way."""
        from shailoo.adapters.moving import files_of, items_of, uploads_of
        from shailoo.usecases.carry_over import check_same

        def value(name: str) -> bytes | None:
            item = self.target.items.read(name)
            return None if item is None else item.value

        self.target.public.forget()
        for kind, wanted, read in (
            ("value", items_of(self.store), value),
            ("upload", uploads_of(self.source.folder / "uploads"), self.target.read_upload),
            ("package", self._packages(), self.target.read_state),
            ("public file", files_of(self.source.public), self.target.public.read),
        ):
            self.tell(f"{kind}s: {check_same(kind, wanted, read)} compared, byte for byte")

    def _packages(self) -> Iterator[tuple[str, bytes]]:
        """What functions read beside settings.json; the public halves of sealing keys too."""
        from shailoo.adapters.package_folder import packed, read_whole

        for name in sorted(self.source.elections):
            yield f"elections/{name}.zip", packed(read_whole(self.source.folder / "elections" / name))
        for path in sorted((self.source.folder / "keys").glob("sealing-*.pub")):
            yield f"keys/{path.name}", path.read_bytes()

    def _secrets(self) -> Iterator[tuple[str, str]]:
        keys = self.source.folder / "keys"
        sealing = [(keys / f"sealing-{name}.key") for name in dict.fromkeys(self.source.settings.sealing.values())]
        sealing += [path for path in sorted(keys.glob("sealing-*.key")) if path not in sealing]
        yield "sealing", "".join(path.read_text(encoding="ascii") for path in sealing if path.exists())
        receipts = [keys / "receipt.key", *sorted(keys.glob("receipt-former-*.key"))]
        yield "receipt", "".join(path.read_text(encoding="ascii") for path in receipts)
        yield "log", (keys / "log.key").read_text(encoding="ascii")
        yield "session", self.source.session_secret.hex()
        if (client := self.source.client_secret) is not None:
            yield "client", client

    def _keys(self) -> dict[str, object]:
        """Who will sign there, for whoever decides before anything is moved."""
        given = self.target.settings
        log = "goes on, from SHAILOO_LOG_SECRET" if given.log_secret else "the same, imported into KMS"
        receipt = "goes on, from SHAILOO_RECEIPT_SECRET" if given.receipt_secret else "another, of KMS: no box waits"
        return {"key of the log": log, "key of receipts": receipt}

    def _advice(self, name: str) -> str:
        wanted = {"log": "LogKeyOf=secret: a log goes on with its own key only"}
        if self._boxes_wait():
            wanted["receipt"] = "ReceiptKeyOf=secret: boxes wait that know no other key"
        return f" (deploy with {wanted[name]})" if name in wanted else ""

    def _boxes_wait(self) -> bool:
        from shailoo.usecases.arm_boxes import still_to_send

        source = self.source
        source.registry.follow(source.store)
        return any(
            still_to_send(election, source.registry, source.store, source.store)
            for election in source.elections.values()
        )

    def _stays(self) -> str:
        voters = self.source.folder / "voters"
        return "voters/ (personal data: whether they may be elsewhere is a matter of law)" if voters.is_dir() else "-"


def refuse_moved(folder: Path) -> None:
    """Refuse to serve an installation that has moved away. Raises Moved."""
    from shailoo.adapters.moving import MOVED

    if (folder / MOVED).exists():
        raise Moved("This installation has moved; moved.json says where and when. Serve it there.", folder=folder.name)


def variables(path: Path) -> dict[str, str]:
    """Lines `SHAILOO_NAME=value`; empty lines and lines that begin with # are passed over. Raises NotFound."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound("The file with the target's variables cannot be read.", file=path.name) from error
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
