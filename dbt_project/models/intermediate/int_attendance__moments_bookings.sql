-- What was known of the client's bookings at each scoring moment.
{{ client_bookings(ref('int_attendance__moments')) }}
