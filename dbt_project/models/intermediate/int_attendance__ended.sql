-- Bookings whose slot was used or went unused, as recorded by now, with what was booked last. For insights, not for features.
with

bookings as (

    select * from {{ ref('int_attendance__versions') }}
    qualify row_number() over (partition by booking_id order by version_no desc) = 1

),

labels as (

    select * from {{ ref('int_attendance__labels') }}
    where is_unused is not null

),

final as (

    select
        bookings.booking_id,
        bookings.clinician_token,
        bookings.starts_on,
        bookings.starts_at,
        bookings.chosen_at,
        bookings.session_type,
        bookings.modality,
        labels.outcome,
        labels.is_unused
    from bookings
    inner join labels on bookings.booking_id = labels.booking_id

)

select * from final
