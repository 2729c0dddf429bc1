-- What was known of the client's outcomes at each scoring moment; moments without any have no row.
{{ client_outcomes(ref('int_attendance__moments')) }}
