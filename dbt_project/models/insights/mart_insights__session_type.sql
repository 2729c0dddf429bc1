-- Unused visits by kind of session and modality, with counts and 95 % intervals.
{{ unused_by(['session_type', 'modality']) }}
