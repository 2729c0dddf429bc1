"""Imported once by the process that event runs are forked from: what such a run needs. Opens nothing, starts no thread."""

import hsched_pipelines.operations.definitions  # noqa: F401 - to have it loaded is all
from hsched_adapters.libraries import load_libraries

load_libraries()
