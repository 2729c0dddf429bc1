-- What was known of the client's bookings at each scoring moment.
with

moments as not materialized (

    select * from {{ ref('int_attendance__moments') }}

),

made as (
    {{ client_booked('moments') }}
),

{{ client_bookings() }}

select * from final
