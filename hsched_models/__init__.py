"""Predictions, not decisions: features, training, calibration, evaluation, promotion, scoring, drift."""
