"""While the service runs, the garbage collector does not look again and again at what stays anyway."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

# Requests that wait for the disk outlive the default's 700 allocations. Told so, the process took 221 instead of 379 us of processor
# for a delivery (PostgreSQL, 64 connections, medians of four alternating rounds on a busy machine).
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
