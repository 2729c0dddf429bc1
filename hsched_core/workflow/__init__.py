"""The one path from a proposal to its effect, and its replay from the audit trail. Nothing else changes the outside world."""
