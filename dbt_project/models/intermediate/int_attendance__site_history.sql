-- Visits and unused visits so far, as known at each instant, by site_token.
{{ running_rate(ref('int_attendance__changes'), 'site_token') }}
