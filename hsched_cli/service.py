"""`hsched service`: the receiver of webhooks, the pages of staff and clients, until Ctrl-C."""

import typer

from hsched_cli.console import note, out
from hsched_core.domain.errors import UserError

EXAMPLES = """
Examples:

  hsched service                   on this machine only, port 8700

  hsched service --port 8800
"""
PORT = 8700
STOP_SECONDS = 25  # for what is under way; supervisors kill after thirty


def service(
    host: str = typer.Option("127.0.0.1", help="Address to listen on; put a proxy with TLS before it rather than open it."),
    port: int = typer.Option(PORT, min=1, max=65535, help="Port to listen on; senders of webhooks know it."),
) -> None:
    """Receive the EHR's webhooks, answer clients and staff; ends on Ctrl-C after storing what is under way."""
    import uvicorn

    from hsched_cli.practice import opened
    from hsched_service.app import build_app
    from hsched_service.operations.install import watching_of

    practice = opened()
    ways = practice.service.ways_in()  # SettingsError before anything listens
    app = build_app(practice, watching_of(practice))
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,  # paths carry the names of connections and tokens of offers; operations/logs.py tells routes
        log_config=None,  # its own would write what exceptions say
        server_header=False,
        ws="none",  # no page of ours speaks it, and its handshakes would pass by whatever looks at requests
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    _claim(host, port)
    out().print(f"hsched listens on http://{host}:{port}; webhooks of the EHR go to /webhooks/ehr. Ctrl-C stops it.", markup=False)
    for way in ways:
        out().print(f"People sign in by {way}.", markup=False)
    if not ways:
        note("Nobody can sign in: access.yaml names no provider. See docs/explanation/access.md.")
    if not practice.inbox.knows("ehr"):
        note("There is no secret in keys/webhook-secret of the practice's folder: every webhook is refused.")
    uvicorn.Server(config).run()


def _claim(host: str, port: int) -> None:
    """Tell before anything starts that the port is somebody else's: uvicorn only logs it."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise UserError(f"Port {port} of {host} cannot be listened on.", "Choose another one: --port.") from None
