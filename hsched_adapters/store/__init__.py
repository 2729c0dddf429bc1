"""The operational store: what hosts and people read and change within seconds. SQLite by default, PostgreSQL in production."""
