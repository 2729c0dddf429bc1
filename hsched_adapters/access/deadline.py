"""Calls to others that end by a moment, whatever the other side does. Timeouts of sockets begin anew with each byte that drips in."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Line:
    """The connections of one call. At its end they are shut, in the middle of a handshake, of headers, of a body: who waits is woken."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self.is_over = False

    def hold(self, connection: socket.socket) -> None:
        """A handle of our own: what TLS makes of the socket is another object over the same connection."""
        with self._lock:
            self._held.append(connection.dup())
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        """The time is over."""
        self.is_over = True
        with self._lock:
            for one in self._held:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:  # the other side was quicker
                    continue

    def let_go(self) -> None:
        """The call is done."""
        with self._lock:
            for one in self._held:
                one.close()


_LINE: ContextVar[_Line] = ContextVar("line")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:  # as urllib3's own SOCKS support does
        made = super()._new_conn()
        _LINE.get().hold(made)
        return made


class _Sealed(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _LINE.get().hold(made)
        return made


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed


class _Adapter(HTTPAdapter):
    """Whose connections are held by the line of the call."""

    def init_poolmanager(self, *about: Any, **more: Any) -> None:
        super().init_poolmanager(*about, **more)
        self.poolmanager.pool_classes_by_scheme = _pools()

    def proxy_manager_for(self, proxy: Any, **more: Any) -> PoolManager:
        made: PoolManager = super().proxy_manager_for(proxy, **more)
        made.pool_classes_by_scheme = _pools()
        return made


def _pools() -> dict[str, type[HTTPConnectionPool]]:
    return {"http": _PlainPool, "https": _SealedPool}


@contextmanager
def ends_within(seconds: float, session: requests.Session) -> Iterator[None]:
    """What the session asks inside takes no longer, from connecting to the last byte; requests.Timeout where it would have.

    Looking up the name is not counted: the machine's resolver has limits of its own.
    """
    line, adapter = _Line(), _Adapter()
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    timer, token = Timer(seconds, line.cut), _LINE.set(line)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if line.is_over:  # whatever became of what was cut
            raise requests.Timeout("took too long") from None
        raise
    else:
        if line.is_over:  # an answer without a length ends where it was cut, and looks whole
            raise requests.Timeout("took too long")
    finally:
        timer.cancel()
        _LINE.reset(token)
        session.close()
        line.let_go()
