"""Which pages the EHR may show in a frame of its own: those of a launch, and no other."""

from fastapi import Request

from hsched_adapters.service_parts import ServiceParts

LAUNCHING, SIDEBAR = "/smart", "/sidebar"


def is_framed(path: str) -> bool:
    """Whether a path of ours is for the EHR's frame."""
    return path.startswith((f"{LAUNCHING}/", f"{SIDEBAR}/"))


def frames_of(request: Request) -> str:
    """Who may frame what is answered, as a source of a content security policy."""
    parts: ServiceParts = request.app.state.opened.service
    return parts.embedding.frame_ancestors if is_framed(request.url.path) else "'none'"
