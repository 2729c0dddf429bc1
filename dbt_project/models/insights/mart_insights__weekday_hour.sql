-- Unused visits by weekday (ISO, 1 = Monday) and local hour, with counts and 95 % intervals.
{{ unused_by(['weekday', 'start_hour']) }}
