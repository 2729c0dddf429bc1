{# The features of a no-show score: one SQL text for training rows and for coming appointments.
   `population` names the moments (`moments` or `coming`): one row per booking and scoring moment. Everything joined below was known at scored_at. #}

{% macro no_show_features(population) %}
with

moments as (

    select
        *,
        -- rates are as known at 00:00 of the scoring day; they end where the records do
        least({{ local_day('scored_at') }}, (select max(day) from {{ ref('int_attendance__rates') }})) as rated_on
    from {{ ref('int_attendance__' ~ population) }}

),

outcomes as (

    select * from {{ ref('int_attendance__' ~ population ~ '_outcomes') }}

),

bookings as (

    select * from {{ ref('int_attendance__' ~ population ~ '_bookings') }}

),

-- reminders of the visit as it stood on record at the moment; one sent for an earlier time of the same appointment speaks of that
reminders as (

    select
        moments.moment_id,
        communications.channel,
        communications.is_sent,
        communications.sent_at
    from moments
    inner join {{ ref('stg_ehr__communications') }} as communications
        on
            moments.appointment_token = communications.appointment_token
            and moments.scored_at >= communications.recorded_at
            and moments.chosen_at <= communications.sent_at
    -- of two rows of one instant the later reminder stands
    qualify row_number() over (
        partition by moments.moment_id, communications.communication_token
        order by communications.recorded_at desc, communications.sent_at desc, communications.channel, communications.is_sent
    ) = 1

),

reminded as (

    select
        moment_id,
        max({'sent_at': sent_at, 'channel': channel}).channel as channel
    from reminders
    where is_sent
    group by moment_id

),

after_holidays as (

    {{ days_after_holidays() }}

),

clients as (

    select
        *,
        lead(recorded_at) over (partition by client_token order by recorded_at) as valid_to
    from {{ ref('stg_ehr__clients') }}
    where client_token in (select client_token from moments)

),

clinicians as (

    select * from {{ ref('int_attendance__clinician_rates') }}
    where day in (select rated_on from moments)

),

rated as (

    select
        moments.moment_id,
        {{ practice_rate() }} as practice_rate,
        {{ booked_rate() }} as booked_rate,
        {{ clinician_effect('clinician') }} as clinician_effect,
        {{ shrunk_rate('lead.unused', 'lead.visits', practice_rate(), 100) }} as lead_rate,
        {{ shrunk_rate('site.unused', 'site.visits', practice_rate(), 50) }} as site_rate,
        {% for name in ('', '_90d', '_180d') %}
        {{ shrunk_rate('slot.unused' ~ name, 'slot.visits' ~ name, practice_rate(), 100) }} as slot_rate{{ name }},
        {{ shrunk_rate('clinician.unused' ~ name, 'clinician.visits' ~ name, practice_rate(), 50) }} as clinician_rate{{ name }}{{ "," if not loop.last }}
        {% endfor %}
    from moments
    {{ join_rates('moments', 'moments.rated_on', ['practice', 'lead', 'session', 'session_lead', 'site', 'slot']) }}
    left join clinicians as clinician
        on moments.clinician_token = clinician.rate_key and moments.rated_on = clinician.day

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

        (moments.starts_on - {{ local_day('moments.chosen_at') }})::int as lead_time_days,
        (moments.starts_on - {{ local_day('moments.scored_at') }})::int as days_ahead,
        isodow(moments.starts_on)::int as weekday,
        month(moments.starts_on)::int as month_of_year,
        {{ season('moments.starts_on') }} as season,
        moments.starts_on in (select day from after_holidays) as is_after_holiday,
        hour({{ local_time('moments.starts_at') }})::int as start_hour,
        hour({{ local_time('moments.chosen_at') }})::int as booked_hour,
        moments.duration_minutes::int as duration_minutes,
        moments.session_type,
        moments.modality,
        moments.is_moved_here,
        coalesce(bookings.is_confirmed, false) as is_confirmed,
        coalesce(reminded.channel, 'none') as last_reminder,
        moments.series_interval_days::int as series_interval_days,
        coalesce(bookings.series_position, 0)::int as series_position,

        clients.age_years,
        clients.gender,

        {% for name in ('visits', 'unused', 'no_shows', 'late_cancels', 'early_cancels') %}
        coalesce(outcomes.{{ name }}, 0)::int as client_{{ name }},
        {% endfor %}
        {% for name in ('visits', 'no_shows', 'late_cancels') %}
        {% for window in (90, 180) %}
        coalesce(outcomes.{{ name }}_{{ window }}d, 0)::int as client_{{ name }}_{{ window }}d,
        {% endfor %}
        {% endfor %}
        coalesce(outcomes.expected, 0) as client_expected_unused,
        coalesce(outcomes.information, 0) as client_information,
        {% for name in weeks_of_memory() %}
        coalesce(outcomes.recent_excess_{{ name }}, 0) as client_recent_excess_{{ name }},
        coalesce(outcomes.recent_information_{{ name }}, 0) as client_recent_information_{{ name }},
        {% endfor %}
        {{ shrunk_rate('outcomes.unused', 'outcomes.visits', 'rated.practice_rate', 4) }} as client_unused_rate,
        {{ shrunk_rate('outcomes.weighted_unused', 'outcomes.weighted_visits', 'rated.practice_rate', 2) }} as client_recent_unused_rate,
        case when outcomes.visits > 0 then outcomes.unused_streak > 0 end as is_last_unused,
        coalesce(outcomes.unused_streak, 0)::int as client_unused_streak,
        coalesce(outcomes.attended_streak, 0)::int as client_attended_streak,
        coalesce(outcomes.missed_in_plan, 0)::int as client_missed_in_plan,
        outcomes.usual_gap_days as client_usual_gap_days,
        {{ days_apart('moments.scored_at', 'outcomes.last_attended_at') }} as days_since_attended,
        case when outcomes.usual_gap_days is not null
            then {{ days_apart('moments.scored_at', 'outcomes.last_attended_at') }} / greatest(outcomes.usual_gap_days, 1)
        end as client_gaps_since_attended,
        {{ days_apart('moments.scored_at', 'outcomes.last_ended_at') }} as days_since_outcome,
        -- this one included, also where the EHR recorded it only after the moment it is scored at
        (coalesce(bookings.bookings, 0) + (moments.booking_known_at > moments.scored_at)::int)::int as client_bookings,
        (coalesce(bookings.open_bookings, 0) + (moments.booking_known_at > moments.scored_at)::int)::int as client_open_bookings,
        coalesce(bookings.moves, 0)::int as client_moves,
        coalesce(bookings.moves_90d, 0)::int as client_moves_90d,
        coalesce(bookings.confirmations, 0)::int as client_confirmations,
        coalesce(bookings.same_day_bookings, 0)::int as same_day_bookings,

        rated.practice_rate as practice_unused_rate,
        rated.lead_rate as lead_unused_rate,
        {% for name in ('', '_90d', '_180d') %}
        case when moments.clinician_token is not null then rated.clinician_rate{{ name }} end as clinician_unused_rate{{ name }},
        {% endfor %}
        case when moments.clinician_token is not null then rated.clinician_effect end as clinician_unused_effect,
        case when moments.site_token is not null then rated.site_rate end as site_unused_rate,
        {% for name in ('', '_90d', '_180d') %}
        rated.slot_rate{{ name }} as slot_unused_rate{{ name }},
        {% endfor %}
        {{ expit(logit('rated.booked_rate') ~ ' + rated.clinician_effect') }} as expected_unused_rate,

        clients.has_welfare as audit_has_welfare,
        clients.language as audit_language,
        clients.race_ethnicity as audit_race_ethnicity

    from moments
    left join outcomes on moments.moment_id = outcomes.moment_id
    left join bookings on moments.moment_id = bookings.moment_id
    left join rated on moments.moment_id = rated.moment_id
    left join reminded on moments.moment_id = reminded.moment_id
    left join clients
        on
            moments.client_token = clients.client_token
            and moments.scored_at >= clients.recorded_at
            and moments.scored_at < coalesce(clients.valid_to, 'infinity'::timestamptz)

)
{% endmacro %}
