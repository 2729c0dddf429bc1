-- Each client's bookings so far and still open, as known at each instant.
with

booked as (

    select
        client_token,
        booking_id,
        min(valid_from) as known_at
    from {{ ref('int_attendance__versions') }}
    group by client_token, booking_id

),

ended as (

    select
        client_token,
        booking_id,
        min(recorded_at) as known_at
    from {{ ref('int_attendance__statuses') }}
    group by client_token, booking_id

),

steps as (

    select
        client_token,
        known_at,
        1 as made,
        1 as opened
    from booked

    union all

    select
        client_token,
        known_at,
        0 as made,
        -1 as opened
    from ended

)

select
    client_token,
    known_at,
    sum(sum(made)) over running as bookings,
    sum(sum(opened)) over running as open_bookings
from steps
group by client_token, known_at
window running as (partition by client_token order by known_at)
