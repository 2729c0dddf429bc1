-- What each recording changes in the counts: the new outcome in, the one it corrects out.
with

statuses as (

    select * from {{ ref('int_attendance__statuses') }}

),

bookings as (

    select * from {{ ref('int_attendance__versions') }}
    qualify row_number() over (partition by booking_id order by version_no desc) = 1

),

changes as (

    select
        booking_id,
        known_at,
        outcome,
        1 as sign,
        ends_at
    from statuses

    union all

    select
        booking_id,
        known_at,
        previous_outcome as outcome,
        -1 as sign,
        ends_at
    from statuses
    where previous_outcome is not null

),

final as (

    select
        changes.booking_id,
        changes.known_at,
        changes.ends_at,
        changes.outcome,
        changes.sign,
        bookings.client_token,
        bookings.clinician_token,
        bookings.site_token,
        bookings.session_type,
        bookings.chosen_at,
        {{ lead_band('bookings.starts_on - ' ~ local_time('bookings.chosen_at') ~ '::date') }} as lead_band,
        isodow(bookings.starts_on) * 100
        + coalesce(hour({{ local_time('bookings.starts_at') }}), 99) as slot,
        changes.sign * (changes.outcome in ('attended', 'no_show', 'late_cancel'))::int as visits,
        changes.sign * (changes.outcome in ('no_show', 'late_cancel'))::int as unused,
        changes.sign * (changes.outcome = 'no_show')::int as no_shows,
        changes.sign * (changes.outcome = 'late_cancel')::int as late_cancels,
        changes.sign * (changes.outcome = 'early_cancel')::int as early_cancels
    from changes
    inner join bookings on changes.booking_id = bookings.booking_id

)

select * from final
