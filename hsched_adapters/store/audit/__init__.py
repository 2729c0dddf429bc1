"""The audit trail: entries written with the state they belong to, chained, keyed, and anchored outside the database."""
