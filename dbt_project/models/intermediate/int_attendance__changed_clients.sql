-- Clients of whom a build derives anew what they had booked, and those among them whose outcomes, at the midnight that ends the records:
-- all of them, or in an increment those with a record among the touched appointments, and those of whom an earlier record counts, or no
-- longer counts, only from these days on.
-- Without a last day of records (`records_through`) nothing is carried.
-- depends_on: {{ ref('int_attendance__versions') }}
{{ config(materialized='passing') }}
{% set log = ref('int_attendance__client_log') %}
with

clients as (

    {% if is_increment() %}
        {% set before = local_midnight("date '" ~ var('known_through') ~ "' + 1") %}
        select
            client_token,
            max({{ is_ending('event_type') }}) over (partition by appointment_token) as has_outcomes
        from {{ ref('int_attendance__events') }}
        union all
        select
            client_token,
            true as has_outcomes
        from {{ log }}
        where known_at > {{ before }} and known_at <= {{ facts_at() }}
        union all
        select
            client_token,
            true as has_outcomes
        from {{ log }}
        where superseded_at > {{ before }} and superseded_at <= {{ facts_at() }}
    {% else %}
        select
            client_token,
            false as has_outcomes
        from {{ ref('int_attendance__versions') }}
        union all
        select
            client_token,
            true as has_outcomes
        from {{ log }}
    {% endif %}

),

changed as (

    select
        row_number() over () as moment_id,
        client_token,
        hash(client_token) as client_hash,
        max(has_outcomes) as has_outcomes,
        {{ facts_at() }} as scored_at
    from clients
    where scored_at is not null
    group by client_token

),

-- every client has a row of what was booked, those who are new are among the changed
named as (

    select
        client_hash,
        client_token
    from changed
    {% if is_increment() %}
        union
        select
            hash(client_token) as client_hash,
            client_token
        from {{ as_left('int_attendance__client_booked') }}
    {% endif %}

),

shared as (

    select client_hash
    from named
    group by client_hash
    having count(*) > 1

)

select
    *,
    exists(select 1 from shared) as some_share_hash
from changed
