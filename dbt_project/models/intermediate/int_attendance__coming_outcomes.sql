-- What was known of the client's outcomes at 00:00 of each as-of day; moments without any have no row.
{{ config(tags=['daily']) }}
{{ client_outcomes(ref('int_attendance__coming')) }}
