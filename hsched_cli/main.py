"""The `hsched` command: which words it knows. Each word lives in its own module; errors are shown in one place.

Nothing heavy is imported here: `hsched --help` answers at once.
"""

import sys

import typer

from hsched_cli import (
    api_clients,
    audit,
    clients,
    connection,
    docs,
    edit,
    effect,
    evaluate,
    export,
    imports,
    inbox,
    messages,
    model,
    orders,
    passkeys,
    people,
    phase,
    policy,
    privacy,
    quarantine,
    queue,
    reminders,
    replies,
    sandbox,
    service,
    switch,
    ui,
    who,
)
from hsched_cli import run as daily_run
from hsched_cli.failures import show

app = typer.Typer(
    name="hsched",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Scheduling intelligence for behavioral-health practices: from appointments to tomorrow's risk of a missed visit.",
    epilog=(
        "Start here:  hsched run --sandbox-if-empty  makes a practice in a box and runs its day.\n\n"
        "Your own data:  hsched maps,  hsched import FILE --map NAME,  hsched run.\n\n"
        "A practice's data live in the folder HSCHED_HOME (default .hsched)."
    ),
)


@app.callback()
def root(
    debug: bool = typer.Option(False, "--debug", help="Show the whole traceback of a failure (may show data; never share it)."),
) -> None:
    """Options of every command; `run` reads them before the command starts."""


app.command("run", epilog=daily_run.EXAMPLES)(daily_run.run)
app.add_typer(sandbox.app, name="sandbox")
app.command("import", epilog=imports.IMPORT_EXAMPLES)(imports.import_export)
app.command("maps", epilog=imports.MAPS_EXAMPLES)(imports.maps)
app.command("quarantine", epilog=quarantine.EXAMPLES)(quarantine.quarantine)
app.command("evaluate", epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.add_typer(model.app, name="model")
app.add_typer(effect.app, name="effect")
app.command("queue", epilog=queue.QUEUE_EXAMPLES)(queue.queue)
app.command("approve", epilog=queue.APPROVE_EXAMPLES)(queue.approve)
app.command("reject", epilog=queue.REJECT_EXAMPLES)(queue.reject)
app.command("edit", epilog=edit.EXAMPLES)(edit.edit)
app.command("resolve", epilog=queue.RESOLVE_EXAMPLES)(queue.resolve)
app.command("who", epilog=who.EXAMPLES)(who.who)
app.add_typer(clients.app, name="clients")
app.add_typer(phase.app, name="phase")
app.add_typer(orders.app, name="orders")
app.command("stop", epilog=switch.STOP_EXAMPLES)(switch.stop)
app.command("release", epilog=switch.RELEASE_EXAMPLES)(switch.release)
app.add_typer(passkeys.app, name="passkeys")
app.command("people", epilog=people.EXAMPLES)(people.people)
app.add_typer(reminders.app, name="reminders")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")
app.add_typer(inbox.app, name="inbox")
app.add_typer(messages.app, name="messages")
app.add_typer(replies.app, name="replies")
app.add_typer(api_clients.app, name="api-clients")
app.command("service", epilog=service.EXAMPLES)(service.service)
app.add_typer(connection.app, name="connection")
app.add_typer(privacy.app, name="privacy")
app.add_typer(export.app, name="export")
app.command("ui", epilog=ui.EXAMPLES)(ui.ui)
app.command("docs", epilog=docs.EXAMPLES)(docs.docs)


def run(arguments: list[str] | None = None) -> None:
    """Entry point: runs the command and turns a failure into a line and an exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given  # understood anywhere on the line
    try:
        app(args=[word for word in given if word != "--debug"], prog_name="hsched")
    except Exception as error:
        sys.exit(show(error, debug=debug))
