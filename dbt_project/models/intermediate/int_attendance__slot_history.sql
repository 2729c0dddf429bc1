-- Visits and unused visits so far, as known at each instant, by slot.
{{ running_rate(ref('int_attendance__changes'), 'slot') }}
