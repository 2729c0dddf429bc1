-- Visits and unused visits so far, as known at each instant, by lead_band.
{{ running_rate(ref('int_attendance__changes'), 'lead_band') }}
