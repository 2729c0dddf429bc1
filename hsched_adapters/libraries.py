"""What an open practice imports sooner or later, by name."""

from importlib import import_module


def load_libraries() -> None:
    """Import what an open practice uses sooner or later, without opening one: for a process that others are forked from."""
    names = (
        "alembic.command",
        "hsched_adapters.ehr.rest.connector",
        "hsched_adapters.links",
        "hsched_adapters.messaging.desk",
        "hsched_adapters.policy_file",
        "hsched_adapters.store.audit.keys",
        "hsched_adapters.store.consents",
        "hsched_adapters.store.inbox",
        "hsched_adapters.store.practice_door",
        "hsched_adapters.vault",
        "hsched_adapters.webhooks",
        "hsched_adapters.store.published",
        "hsched_core.workflow.reminders",
        "hsched_core.workflow.replies",
        "hsched_core.workflow.waitlist",
        "holidays.countries.united_states",
        "phonenumbers",
        "scipy.optimize",  # of several openings at once: a third of a second
        "scipy.sparse.csgraph",
        "sqlalchemy.dialects.sqlite",
    )
    for name in names:
        import_module(name)
