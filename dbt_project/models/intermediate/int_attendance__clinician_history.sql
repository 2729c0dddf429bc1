-- Visits and unused visits so far, as known at each instant, by clinician_token.
{{ running_rate(ref('int_attendance__changes'), 'clinician_token') }}
