-- What each recording changes in the counts: an outcome comes in when it is known and goes out when another takes its place.
-- It is counted with what was booked when it was recorded, so that a later correction of the booking changes no count of before.
with

statuses as (

    select * from {{ ref('int_attendance__statuses') }}

),

versions as (

    select * from {{ ref('int_attendance__versions') }}

),

changes as (

    select
        *,
        known_at as changed_at,
        1 as sign
    from statuses

    union all

    select
        *,
        superseded_at as changed_at,
        -1 as sign
    from statuses
    where superseded_at is not null

),

final as (

    select
        changes.booking_id,
        changes.changed_at as known_at,
        changes.ends_at,
        changes.outcome,
        changes.sign,
        versions.client_token,
        versions.clinician_token,
        versions.site_token,
        versions.chosen_at,
        {{ lead_band('versions.starts_on - ' ~ local_time('versions.chosen_at') ~ '::date') }} as lead_band,
        isodow(versions.starts_on) * 100
        + coalesce(hour({{ local_time('versions.starts_at') }}), 99) as slot,
        changes.sign * (changes.outcome in ('attended', 'no_show', 'late_cancel'))::int as visits,
        changes.sign * (changes.outcome in ('no_show', 'late_cancel'))::int as unused,
        changes.sign * (changes.outcome = 'no_show')::int as no_shows,
        changes.sign * (changes.outcome = 'late_cancel')::int as late_cancels,
        changes.sign * (changes.outcome = 'early_cancel')::int as early_cancels
    from changes
    inner join versions
        on changes.appointment_token = versions.appointment_token and changes.version_no = versions.version_no

)

select * from final
