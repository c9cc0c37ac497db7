"""The same handlers behind a local HTTP server, beside the files that a CDN would serve.

One process, one event loop; handlers run in a pool of threads, so that many reports wait for the same commit. Listens
on the loopback only: to the outside it speaks through a proxy that ends TLS.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route as HttpRoute
from starlette.types import ASGIApp

from functions.behind import PagesWatch, published_mark
from functions.intake.refusal_counter import RefusalCounter
from functions.notices.work import NoticeWork
from functions.routers import PARTS, make_router
from functions.static_files import SECURITY, StaticFiles
from functions.watching import fault_response, watched
from functions.web import Request, Response, Router, error_response
from shailoo.assembly import Installation
from shailoo.errors import Refused, ShailooError
from shailoo.events.doors import HandlerFailed, RefusalCountsWait, UploadRefused
from shailoo.records.seal import LARGEST, TooLarge
from shailoo.rules.scan_faults import DocumentTooLarge
from shailoo.rules.scan_kinds import MOST_BYTES
from shailoo.rules.upload_parts import MOST_PART
from shailoo.telemetry import say

HOST: Final = "127.0.0.1"
_THREADS = 64
LARGEST_FORM = 65_536
LARGEST_FILE_FORM = MOST_BYTES + 16_384
_FILES_AT_ONCE = 4
_EVERY_S = 5
_READERS = 4
_OF_PROXIES = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
FIGURES: Final = "text/plain; version=0.0.4; charset=utf-8"


class PortTaken(Refused):
    """Another program listens there already."""

    code = "port-taken"


def create_app(
    installation: Installation,
    publisher_nudge: Callable[[], None] | None = None,
    *,
    parts: Collection[str] = PARTS,
    ready: Callable[[], None] | None = None,
) -> ASGIApp:
    """Return the application of an installation, or of some of its parts.

    `publisher_nudge` is called, from any thread, after each stored record; `ready` once, when it may be asked.
    """
    refused = RefusalCounter()
    router = make_router(installation, refused, publisher_nudge, parts)
    files = StaticFiles(installation.public)
    notices = NoticeWork(installation if "cases" in parts else None)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="door")
    readers = ThreadPoolExecutor(_READERS, thread_name_prefix="files")

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        regularly = _regularly(refused, installation, parts, notices)
        beside = [asyncio.create_task(_now_and_then(do)) for do in regularly]
        if ready is not None:
            ready()
        try:
            yield
        finally:
            await asyncio.to_thread(notices.stop)
            await _ended(beside)
            await asyncio.to_thread(pool.shutdown)
            readers.shutdown()
            _flush(refused, installation)
            installation.close()

    few = asyncio.Semaphore(_FILES_AT_ONCE)

    async def door(request: HttpRequest) -> HttpResponse:
        asked = Request(
            request.method,
            request.scope["path"],
            dict(request.query_params),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw},
            client=request.client.host if request.client else "",
        )
        largest = _largest(asked)
        if largest <= LARGEST:
            return await answer(request, asked, largest)
        # Only whom the route admits may send that much, and only few at once: bodies lie in memory.
        loop = asyncio.get_running_loop()
        refusal = await loop.run_in_executor(pool, _admitted, router, asked)
        if refusal is not None:
            return _http(refusal, close=True)
        async with few:
            return await answer(request, asked, largest)

    async def answer(request: HttpRequest, asked: Request, largest: int) -> HttpResponse:
        try:
            body = await _read_body(request, largest)
        except TooLarge as error:
            refused.add(error.code, installation.clock.now())
            say(UploadRefused(code=error.code))
            if largest > LARGEST:
                most = DocumentTooLarge("The file is larger than a scan may be.", most=MOST_BYTES)
                return _http(router.refuse(most, asked), close=True)
            return _http(error_response(error, "en"), close=True)
        whole = replace(asked, body=body)
        return _http(await asyncio.get_running_loop().run_in_executor(pool, _answer, router, whole))

    async def file(request: HttpRequest) -> HttpResponse:
        headers = {name: request.headers.get(name, "") for name in ("accept-encoding", "if-none-match")}
        # In a thread of its own pool: zipping a national file must not hold up the small pages, nor pages the reports.
        answer = asyncio.get_running_loop().run_in_executor(
            readers, files.answer, request.method, request.scope["path"], headers
        )
        return _http(await answer)

    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(
        lifespan=life,
        routes=[
            HttpRoute("/metrics", partial(_figures, installation), methods=["GET"]),
            HttpRoute("/api/{rest:path}", door, methods=every),
            HttpRoute("/staff", _to_staff, methods=["GET", "HEAD"]),
            HttpRoute("/staff/{rest:path}", door, methods=every),
            HttpRoute("/{rest:path}", file, methods=every),
        ],
    )


def serve(
    installation: Installation,
    port: int,
    publisher_nudge: Callable[[], None] | None = None,
    *,
    parts: Collection[str] = PARTS,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun. Raises PortTaken before anything else."""
    listener = listen(port)
    config = uvicorn.Config(
        create_app(installation, publisher_nudge, parts=parts, ready=ready),
        access_log=False,
        backlog=2048,
        date_header=True,
        http="httptools",
        lifespan="on",
        log_config=None,  # its warnings are heard by `shailoo.telemetry`, which keeps none of their words
        loop="uvloop",
        # Otherwise a header that any sender may write would replace the address of whoever opened the connection.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Stops on SIGTERM and SIGINT, finishes what was begun and returns; uvicorn's own kills the process instead."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask the server to end when a signal comes."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may catch signals; whoever started us in another one sets should_exit
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(port: int) -> socket.socket:
    """Bind a port of the loopback (0: any free one). Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} cannot be used: another program listens there. Choose another with --port or PORT.", port=port
        ) from error
    return listener


def _answer(router: Router, request: Request) -> Response:
    return watched(router.handle, request)


def _largest(asked: Request) -> int:
    """How many bytes a body may have at an address: a report, a part of a file, a form with a file, or a form."""
    if asked.path.startswith("/api/intake/"):
        return LARGEST
    if asked.method == "PUT" and asked.path.startswith(("/staff/uploads/", "/api/cases/uploads/")):
        return MOST_PART
    if asked.method == "POST" and asked.path.startswith(("/staff/documents/", "/api/cases/documents/")):
        return LARGEST_FILE_FORM
    if asked.method == "POST" and asked.path.startswith("/staff/precinct/") and "/new/" in asked.path:
        return LARGEST_FILE_FORM  # an application on paper, with the pictures of its papers
    return LARGEST_FORM


def _admitted(router: Router, request: Request) -> Response | None:
    try:
        return router.admit(request)
    except Exception as fault:  # noqa: BLE001  whatever fails, the sender gets an answer and the log the cause
        say(HandlerFailed(fault=fault))
        return fault_response(request)


async def _figures(installation: Installation, request: HttpRequest) -> HttpResponse:
    """The figures, for whoever is at this machine; whoever comes through a proxy finds nothing here."""
    if any(name in request.headers for name in _OF_PROXIES):
        return _http(Response(HTTPStatus.NOT_FOUND, (("cache-control", "no-store"),)))
    text = await asyncio.to_thread(installation.figures)
    return _http(Response(HTTPStatus.OK, (("cache-control", "no-store"), ("content-type", FIGURES)), text))


async def _to_staff(_: HttpRequest) -> HttpResponse:
    return _http(Response(HTTPStatus.MOVED_PERMANENTLY, (("location", "/staff/"),)))


async def _read_body(request: HttpRequest, largest: int) -> bytes:
    """Read a body, giving up as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > largest:
        raise TooLarge("The upload is too large.", bytes=int(declared), most=largest)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise TooLarge("The upload is too large.", bytes=size, most=largest)
        chunks.append(chunk)
    return b"".join(chunks)


def _http(response: Response, *, close: bool = False) -> HttpResponse:
    answer = HttpResponse(response.body, response.status)
    known = {name for name, _ in response.headers}
    extra = [pair for pair in SECURITY if pair[0] not in known]
    if close:
        extra.append(("connection", "close"))
    answer.raw_headers = [
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in (*response.headers, *extra)),
        (b"content-length", str(len(response.body)).encode()),
    ]
    return answer


def _regularly(
    refused: RefusalCounter, installation: Installation, parts: Collection[str], notices: NoticeWork
) -> Iterator[Callable[[], object]]:
    """What is done every few seconds; whoever takes in the reports watches whether they come to a page."""
    yield partial(_flush, refused, installation)
    if notices:
        yield notices.turn
    if "intake" in parts:
        yield PagesWatch(installation.store, installation.clock, partial(published_mark, installation.folder)).look


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _now_and_then(do: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(_EVERY_S)
        await asyncio.to_thread(do)


def _flush(refused: RefusalCounter, installation: Installation) -> None:
    try:
        refused.flush(installation.grouped)
    except ShailooError as error:
        say(RefusalCountsWait(code=error.code))
