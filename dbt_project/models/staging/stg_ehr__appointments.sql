-- One row per recorded appointment event, repeats merged, days and ends in the practice's zone.
-- New rows are merged with what is known of their appointments: merging repeats gives the same whatever came first.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='appointment_token') }}
{% set columns = [
    'appointment_token', 'client_token', 'clinician_token', 'event_type', 'event_at', 'recorded_at', 'starts_on', 'starts_at',
    'duration_minutes', 'session_type', 'modality', 'site_token', 'series_token', 'series_interval_days', 'replaces_appointment_token',
] | join(', ') %}
with

recorded as (

    select
        {{ columns }},
        coalesce(event_by, 'client') as event_by
    from {{ lake_rows('appointments') }}

),

source as (

    select * from recorded
    {% if is_increment() %}
        union all by name
        select
            {{ columns }},
            event_by
        from {{ this }}
        where appointment_token in (select appointment_token from recorded)
    {% endif %}

),

-- what happens once and is sent again counts from its first recording
once as (

    select
        * exclude (recorded_at),
        min(recorded_at) as recorded_at
    from source
    where event_type in ('booked', 'confirmed', 'moved')
    group by all

),

-- what can be put right, and right back, stays as often as it was recorded
revisable as (

    select distinct * from source
    where event_type not in ('booked', 'confirmed', 'moved')

),

events as (

    select * from once
    union all by name
    select * from revisable

),

final as (

    select
        appointment_token,
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

select * from final
