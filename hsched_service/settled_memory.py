"""While the service runs, the garbage collector does not look again and again at what stays anyway."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

# Requests that wait for the disk outlive the default's 700 allocations many times over, so that each batch of them had every object
# of the process looked at: a fifth of the time of a delivery (docs/explanation/performance.md).
THRESHOLD = (20_000, 50, 100)


@asynccontextmanager
async def settled_memory(_app: FastAPI) -> AsyncIterator[None]:
    """What is there at the start is set aside; what comes later is looked at more rarely. As before once the service ends."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
