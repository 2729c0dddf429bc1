-- One row per recorded change of a reminder. What was known of it at a moment is its last row recorded by then.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='communication_token') }}
{% set columns = [
    'communication_token', 'appointment_token', 'client_token', 'recorded_at', 'channel', 'status', 'assigned_by', 'sent_at', 'answered_at',
] | join(', ') %}
with

recorded as (

    select {{ columns }} from {{ lake_rows('communications') }}

),

source as (

    select * from recorded
    {% if is_increment() %}
        union all
        select {{ columns }} from {{ this }}
        where communication_token in (select communication_token from recorded)
    {% endif %}

),

final as (

    select distinct
        communication_token,
        appointment_token,
        client_token,
        recorded_at,
        channel,
        status,
        status = 'completed' as is_sent,
        coalesce(assigned_by, 'rule') as assigned_by, -- an effect is told apart from a choice only where chance is on record
        sent_at,
        answered_at

    from source

)

select * from final
