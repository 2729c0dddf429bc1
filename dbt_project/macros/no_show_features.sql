{# The features of a no-show score: one SQL text for training rows and for coming appointments.
   `moments` has one row per booking and scoring moment; every join below sees only what was known at scored_at. #}

{% macro no_show_features(moments) %}
with

moments as (

    select * from {{ moments }}

),

client_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        clients.age_years,
        clients.gender,
        clients.has_welfare,
        clients.language,
        clients.race_ethnicity
    from moments
    asof inner join {{ ref('stg_ehr__clients') }} as clients
        on moments.client_token = clients.client_token and moments.scored_at >= clients.recorded_at

),

history_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        history.* exclude (client_token, known_at)
    from moments
    asof inner join {{ ref('int_attendance__client_history') }} as history
        on moments.client_token = history.client_token and moments.scored_at >= history.known_at

),

bookings_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        bookings.bookings,
        bookings.open_bookings
    from moments
    asof inner join {{ ref('int_attendance__client_bookings') }} as bookings
        on moments.client_token = bookings.client_token and moments.scored_at >= bookings.known_at

),

cancelled as (

    select
        booking_id,
        min(recorded_at) as cancelled_at
    from {{ ref('int_attendance__statuses') }}
    where outcome in ('late_cancel', 'early_cancel', 'clinic_cancel')
    group by booking_id

),

same_day_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        count(distinct others.booking_id) as same_day_bookings
    from moments
    inner join {{ ref('int_attendance__versions') }} as others
        on
            moments.client_token = others.client_token
            and moments.starts_on = others.starts_on
            and moments.booking_id != others.booking_id
            and moments.scored_at >= others.valid_from
            and moments.scored_at < coalesce(others.valid_to, 'infinity'::timestamptz)
    left join cancelled on others.booking_id = cancelled.booking_id
    where moments.scored_at < coalesce(cancelled.cancelled_at, 'infinity'::timestamptz)
    group by moments.booking_id, moments.moment, moments.scored_at

),

series_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        count(distinct earlier.booking_id) as series_position
    from moments
    inner join {{ ref('int_attendance__versions') }} as earlier
        on
            moments.series_token = earlier.series_token
            and earlier.starts_by < moments.starts_by
            and moments.scored_at >= earlier.valid_from
            and moments.scored_at < coalesce(earlier.valid_to, 'infinity'::timestamptz)
    group by moments.booking_id, moments.moment, moments.scored_at

),

{% for name, key in [('clinician', 'clinician_token'), ('site', 'site_token'), ('slot', 'slot'), ('lead', 'lead_band')] %}
{{ name }}_now as (

    select
        keyed.booking_id,
        keyed.moment,
        keyed.scored_at,
        history.visits,
        history.unused
    from (
        select
            *,
            isodow(starts_on) * 100 + coalesce(hour({{ local_time('starts_at') }}), 99) as slot,
            {{ lead_band('starts_on - ' ~ local_time('chosen_at') ~ '::date') }} as lead_band
        from moments
    ) as keyed
    asof inner join {{ ref('int_attendance__' ~ name ~ '_history') }} as history
        on keyed.{{ key }} = history.{{ key }} and keyed.scored_at >= history.known_at

),

{% endfor %}
practice_now as (

    select
        moments.booking_id,
        moments.moment,
        moments.scored_at,
        {{ shrunk_rate('history.unused', 'history.visits', 0.18, 100) }} as rate
    from moments
    asof left join {{ ref('int_attendance__practice_history') }} as history
        on moments.scored_at >= history.known_at

),

final as (

    select
        moments.booking_id,
        moments.appointment_token,
        moments.client_token,
        moments.clinician_token,
        moments.site_token,
        moments.moment,
        moments.scored_at,
        moments.chosen_at as booked_at,
        moments.starts_on,
        moments.starts_at,

        (moments.starts_on - {{ local_time('moments.chosen_at') }}::date)::int as lead_time_days,
        (moments.starts_on - {{ local_time('moments.scored_at') }}::date)::int as days_ahead,
        isodow(moments.starts_on)::int as weekday,
        month(moments.starts_on)::int as month_of_year,
        hour({{ local_time('moments.starts_at') }})::int as start_hour,
        hour({{ local_time('moments.chosen_at') }})::int as booked_hour,
        moments.duration_minutes::int as duration_minutes,
        moments.session_type,
        moments.modality,
        moments.is_moved_here,
        moments.series_interval_days::int as series_interval_days,
        coalesce(series_now.series_position, 0)::int as series_position,

        client_now.age_years,
        client_now.gender,

        coalesce(history_now.visits, 0)::int as client_visits,
        coalesce(history_now.unused, 0)::int as client_unused,
        coalesce(history_now.no_shows, 0)::int as client_no_shows,
        coalesce(history_now.late_cancels, 0)::int as client_late_cancels,
        coalesce(history_now.early_cancels, 0)::int as client_early_cancels,
        coalesce(history_now.expected, 0) as client_expected_unused,
        coalesce(history_now.information, 0) as client_information,
        {{ shrunk_rate('history_now.unused', 'history_now.visits', 'practice_now.rate', 4) }} as client_unused_rate,
        {{ shrunk_rate(
            'history_now.weighted_unused / exp(' ~ days_apart('moments.scored_at', "timestamptz '2020-01-01 00:00:00+00'") ~ ' / 60 - 30)',
            'history_now.weighted_visits / exp(' ~ days_apart('moments.scored_at', "timestamptz '2020-01-01 00:00:00+00'") ~ ' / 60 - 30)',
            'practice_now.rate', 2
        ) }} as client_recent_unused_rate,
        history_now.is_last_unused,
        coalesce(history_now.unused_streak, 0)::int as client_unused_streak,
        {{ days_apart('moments.scored_at', 'history_now.last_attended_at') }} as days_since_attended,
        {{ days_apart('moments.scored_at', 'history_now.last_ended_at') }} as days_since_outcome,
        -- this one included, also where the EHR recorded it only after the moment it is scored at
        (coalesce(bookings_now.bookings, 0) + (moments.booking_known_at > moments.scored_at)::int)::int as client_bookings,
        (coalesce(bookings_now.open_bookings, 0) + (moments.booking_known_at > moments.scored_at)::int)::int as client_open_bookings,
        coalesce(same_day_now.same_day_bookings, 0)::int as same_day_bookings,

        practice_now.rate as practice_unused_rate,
        {{ shrunk_rate('lead_now.unused', 'lead_now.visits', 'practice_now.rate', 100) }} as lead_unused_rate,
        case when moments.clinician_token is not null
            then {{ shrunk_rate('clinician_now.unused', 'clinician_now.visits', 'practice_now.rate', 50) }}
        end as clinician_unused_rate,
        case when moments.site_token is not null
            then {{ shrunk_rate('site_now.unused', 'site_now.visits', 'practice_now.rate', 50) }}
        end as site_unused_rate,
        {{ shrunk_rate('slot_now.unused', 'slot_now.visits', 'practice_now.rate', 100) }} as slot_unused_rate,

        client_now.has_welfare as audit_has_welfare,
        client_now.language as audit_language,
        client_now.race_ethnicity as audit_race_ethnicity

    from moments
    {% for joined in ['client_now', 'history_now', 'bookings_now', 'same_day_now', 'series_now', 'clinician_now', 'site_now', 'slot_now', 'lead_now', 'practice_now'] %}
    left join {{ joined }}
        on
            moments.booking_id = {{ joined }}.booking_id
            and moments.moment = {{ joined }}.moment
            and moments.scored_at = {{ joined }}.scored_at
    {% endfor %}

)
{% endmacro %}
