-- Unused visits by clinician, with counts and 95 % intervals.
{{ unused_by(['clinician_token']) }}
