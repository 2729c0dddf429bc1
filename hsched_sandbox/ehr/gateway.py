"""What stands before the API, as ASGI middleware: who may come in, and what goes wrong on the way in or out.

A request that meets a fault is carried out by the API behind, or not, and answered here: so every fault works on every request alike.
"""

import asyncio
import hmac
import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hsched_sandbox.ehr.faults import Fault, Faults

Scope = MutableMapping[str, Any]
Content = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Content]]
Send = Callable[[Content], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
CONTROL = "/sandbox/"
HTML = b"<html><head><title>Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
SLOW_PIECES = 10
DRIFTED = {"id": "identifier", "datetime": "start_time", "status": "state", "version": "revision"}


class Answer:
    """A response that was caught before it left."""

    def __init__(self, status: int = 200, body: bytes = b"", headers: dict[bytes, bytes] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}

    @classmethod
    def error(cls, status: int, code: str, **headers: str) -> "Answer":
        extra = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
        body = json.dumps({"error": code, "detail": "The sandbox was asked for this fault."}).encode()
        return cls(status, body, {b"content-type": b"application/json", **extra})

    async def catch(self, message: Content) -> None:
        """Stands in for `send`."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def send(self, send: Send, pieces: int = 1, pause: float = 0.0) -> None:
        """Send it, in pieces where it is to be slow."""
        headers = {**self.headers, b"content-length": str(len(self.body)).encode()}
        await send({"type": "http.response.start", "status": self.status, "headers": list(headers.items())})
        size = max(1, -(-len(self.body) // pieces))
        for begin in range(0, len(self.body), size):
            await asyncio.sleep(pause)
            await send({"type": "http.response.body", "body": self.body[begin : begin + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class Gateway:
    """The outermost layer of the EHR."""

    def __init__(self, app: App, token: str, faults: Faults, scheme: str = "Bearer") -> None:
        self._app, self._faults = app, faults
        self._credentials = f"{scheme} {token}".encode()
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not hmac.compare_digest(dict(scope["headers"]).get(b"authorization", b""), self._credentials):
            await Answer.error(401, "unauthorized").send(send)
            return
        path = scope["path"]
        fault = None if path.startswith(CONTROL) else self._faults.next(scope["method"], path)
        if fault is None:
            await self._app(scope, receive, send)
            return
        await _Mishap(self, fault, scope, await _body(receive), receive, send).happen()

    async def carried_out(self, scope: Scope, body: bytes) -> Answer:
        """What the API behind does and says."""
        answer, told = Answer(), False

        async def receive() -> Content:
            nonlocal told
            if told:
                await asyncio.Event().wait()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive, answer.catch)
        return answer

    def carry_out_later(self, scope: Scope, body: bytes, seconds: float) -> None:
        """The effect comes after the answer: a server that was told to hurry up and did not."""

        async def later() -> None:
            await asyncio.sleep(seconds)
            await self.carried_out(scope, body)

        task = asyncio.create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)


class _Mishap:
    """One request and its fault."""

    def __init__(self, gateway: Gateway, fault: Fault, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        self._gateway, self._fault, self._scope, self._body = gateway, fault, scope, body
        self._receive, self._send = receive, send

    async def happen(self) -> None:
        name = self._fault.name
        if name.startswith("status_") or name in ("502", "503", "504"):
            status = int(name.removeprefix("status_"))
            await Answer.error(status, "conflict" if status == 409 else f"fault_{status}").send(self._send)
        else:
            acts = {"500_before_commit": self._fails_before, "500_after_commit": self._fails_after, "429_retry_after": self._too_many}
            await (acts.get(name) or getattr(self, f"_{name}"))()

    async def _carried_out(self) -> Answer:
        return await self._gateway.carried_out(self._scope, self._body)

    async def _too_many(self) -> None:
        await Answer.error(429, "too_many_requests", retry_after=str(round(self._fault.seconds))).send(self._send)

    async def _fails_before(self) -> None:
        await Answer.error(500, "internal").send(self._send)

    async def _fails_after(self) -> None:
        await self._carried_out()
        await Answer.error(500, "internal").send(self._send)

    async def _hang_before_commit(self) -> None:
        await self._hang()

    async def _hang_after_commit(self) -> None:
        await self._carried_out()
        await self._hang()

    async def _hang(self) -> None:
        """Until the client has enough, or a proxy would."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._fault.seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
                return
        await Answer.error(504, "timeout").send(self._send)

    async def _late_commit(self) -> None:
        self._gateway.carry_out_later(self._scope, self._body, self._fault.seconds)
        await Answer.error(504, "timeout").send(self._send)

    async def _slow_body(self) -> None:
        await (await self._carried_out()).send(self._send, SLOW_PIECES, self._fault.seconds / SLOW_PIECES)

    async def _truncated_json(self) -> None:
        answer = await self._carried_out()
        answer.body = answer.body[: len(answer.body) // 2]
        await answer.send(self._send)

    async def _wrong_content_type(self) -> None:
        answer = await self._carried_out()
        answer.headers[b"content-type"] = b"text/plain"
        await answer.send(self._send)

    async def _html_error(self) -> None:
        await Answer(502, HTML, {b"content-type": b"text/html"}).send(self._send)

    async def _schema_drift(self) -> None:
        answer = await self._carried_out()
        answer.body = json.dumps(_drifted(json.loads(answer.body))).encode()
        await answer.send(self._send)

    async def _reset_before_commit(self) -> None:
        await self._reset()

    async def _reset_after_commit(self) -> None:
        await self._carried_out()
        await self._reset()

    async def _reset(self) -> None:
        """ASGI has no word for a reset, so the connection is taken from uvicorn's own `send`, and closed with an RST."""
        transport = self._send.__self__.transport  # type: ignore[attr-defined]  # a bound method of uvicorn's cycle
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def _other_slot(self) -> None:
        """The server books an hour later than asked, and says 2xx."""
        content = json.loads(self._body or b"{}")
        if isinstance(content, dict) and isinstance(content.get("datetime"), str):
            content["datetime"] = (datetime.fromisoformat(content["datetime"]) + timedelta(hours=1)).isoformat()
            self._body = json.dumps(content).encode()
        await (await self._carried_out()).send(self._send)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _drifted(content: Any) -> Any:
    """The same content after a release nobody announced: some fields have other names."""
    if isinstance(content, list):
        return [_drifted(one) for one in content]
    if isinstance(content, dict):
        return {DRIFTED.get(name, name): _drifted(value) for name, value in content.items()}
    return content
