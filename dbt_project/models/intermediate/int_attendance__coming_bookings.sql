-- What was known of the client's bookings at 00:00 of each as-of day.
{{ config(tags=['daily']) }}
{{ client_bookings(ref('int_attendance__coming')) }}
