-- One row per booking: when it was known, ended, cancelled, moved away by the client, and first confirmed.
-- depends_on: {{ ref('int_attendance__changes') }}
{{ config(materialized='incremental', incremental_strategy='touched', meta={'recorded': 'known_at'}) }}
with

versions as (

    select
        booking_id,
        client_token,
        appointment_token,
        booking_known_at as known_at
    from {{ ref('int_attendance__versions') }}
    where is_first and {{ is_touched('appointment_token', 'valid_from') }}

),

endings as (

    select
        booking_id,
        min(recorded_at) as ended_at,
        min(recorded_at) filter (outcome in ('late_cancel', 'early_cancel', 'clinic_cancel')) as cancelled_at,
        min(recorded_at) filter (is_move and outcome != 'clinic_cancel') as moved_at
    from {{ ref('int_attendance__statuses') }}
    where {{ is_touched('appointment_token', 'recorded_at') }}
    group by booking_id

),

answers as (

    select
        booking_id,
        min(recorded_at) as confirmed_at
    from {{ ref('int_attendance__events') }}
    where event_type = 'confirmed'
    group by booking_id

),

final as (

    select
        versions.booking_id,
        versions.appointment_token,
        versions.client_token,
        hash(versions.client_token) as client_hash,
        versions.known_at,
        endings.ended_at,
        endings.cancelled_at,
        endings.moved_at,
        answers.confirmed_at
    from versions
    left join endings on versions.booking_id = endings.booking_id
    left join answers on versions.booking_id = answers.booking_id

)

select * from final
{{ in_order_of('known_at') }}
