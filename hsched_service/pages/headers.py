"""What every page is sent with: nothing from elsewhere, no inline style or script, kept by nobody, framed by nobody but whom it is for."""

from collections.abc import Mapping


def page_headers(frames: str = "'none'") -> Mapping[str, str]:
    """`frames`: who may show the page in a frame of theirs, as a CSP source; the sidebar's EHR and nobody else."""
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
