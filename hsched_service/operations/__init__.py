"""What is watched about the service: figures, logs, traces. No patient's value is in any of them."""
