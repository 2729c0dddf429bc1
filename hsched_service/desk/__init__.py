"""Staff pages: what waits, calendar, calls, waitlist, insights, model, audit. Read models come from `opened.service.desk`, decisions go to the path."""

from collections.abc import Callable

from fastapi import APIRouter

from hsched_adapters.assembly import OpenPractice
from hsched_service.desk import queue

ROUTERS: tuple[Callable[[OpenPractice], APIRouter], ...] = (queue.router,)
