-- Unused visits by band of days between booking and visit, with counts and 95 % intervals.
{{ unused_by(['lead_band', 'lead_label']) }}
