-- One row per recorded appointment event, repeats merged, days and ends in the practice's zone.
-- New rows are merged with those of their appointments that they may repeat: merging repeats gives the same whatever came first.
-- depends_on: {{ ref('int_attendance__changes') }}
{{ config(materialized='incremental', incremental_strategy='same_events') }}
{% set columns = [
    'appointment_token', 'client_token', 'clinician_token', 'event_type', 'event_at', 'recorded_at', 'starts_on', 'starts_at',
    'duration_minutes', 'session_type', 'modality', 'site_token', 'series_token', 'series_interval_days', 'replaces_appointment_token',
] | join(', ') %}
{% set kept = '' if is_increment() else 'not ' %} -- the lake is read again rather than kept in memory
with

recorded as {{ kept }}materialized (

    select
        {{ columns }},
        coalesce(event_by, 'client') as event_by,
        true as is_new
    from {{ lake_rows('appointments') }}

),

source as {{ kept }}materialized (

    select * from recorded
    {% if is_increment() %}
        union all by name
        select
            {{ columns }},
            event_by,
            false as is_new
        from {{ this }}
        -- an appointment that shares another's number comes along, whole, and is merged as it was
        where
            appointment_hash in (select hash(appointment_token) from recorded)
            and recorded_at >= {{ touched_since() }}
    {% endif %}

),

-- most rows have no like; those that may have one are found by three columns
alike as (

    select {{ event_hash() }} as event_hash
    from source
    group by event_hash
    having count(*) > 1

),

repeated as materialized (

    select source.*
    from source
    semi join alike on {{ event_hash() }} = alike.event_hash

),

-- what happens once and is sent again counts from its first recording
once as (

    select
        * exclude (recorded_at, is_new),
        min(recorded_at) as recorded_at
    from repeated
    where event_type in ('booked', 'confirmed', 'moved')
    group by all

),

-- what can be put right, and right back, stays as often as it was recorded
revisable as (

    select distinct * exclude (is_new) from repeated
    where event_type not in ('booked', 'confirmed', 'moved')

),

events as (

    select source.*
    from source
    anti join alike on {{ event_hash() }} = alike.event_hash
    where source.is_new -- the others stand
    union all by name
    select * from once
    union all by name
    select * from revisable

),

final as (

    select
        appointment_token,
        hash(appointment_token) as appointment_hash,
        client_token,
        clinician_token,
        event_type,
        event_by,
        event_at,
        recorded_at,
        starts_on,
        starts_at,
        duration_minutes,
        session_type,
        modality,
        site_token,
        series_token,
        series_interval_days,
        replaces_appointment_token,
        -- where the hour is unknown, a visit has ended when its day has
        coalesce(
            starts_at + to_minutes(coalesce(duration_minutes, 50)),
            {{ local_midnight('starts_on + 1') }}
        ) as ends_at,
        coalesce(starts_at, {{ local_midnight('starts_on') }}) as starts_by

    from events

)

-- in the order of the lake's files, which are of days
select * from final
