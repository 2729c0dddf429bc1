"""An application on a port of this machine's loopback, in a thread of this process, until it is told to stop."""

import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

import uvicorn

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30


class Served:
    """`with Served(app) as ehr: ... ehr.address`. Port 0 is any free one."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._socket = socket.create_server((LOOPBACK, port))
        self.address = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=KEEP_ALIVE_SECONDS
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="ehr", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        give_up = time.monotonic() + START_SECONDS
        while not self._server.started:
            if time.monotonic() > give_up or not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._socket.close()
