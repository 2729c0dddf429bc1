-- Clients whose facts a build derives anew, at the midnight that ends the records: all of them, or in an increment those with a record
-- among the touched appointments, and those of whom an earlier record counts, or no longer counts, only from these days on.
-- Without a last day of records (`records_through`) nothing is carried.
-- depends_on: {{ ref('int_attendance__bookings') }}
{% set log = ref('int_attendance__client_log') %}
with

clients as (

    {% if is_increment() %}
        {% set before = local_midnight("date '" ~ var('known_through') ~ "' + 1") %}
        select client_token from {{ ref('int_attendance__events') }}
        union
        select client_token from {{ log }}
        where known_at > {{ before }} and known_at <= {{ facts_at() }}
        union
        select client_token from {{ log }}
        where superseded_at > {{ before }} and superseded_at <= {{ facts_at() }}
    {% else %}
        select client_token from {{ ref('int_attendance__bookings') }}
        union
        select client_token from {{ log }}
    {% endif %}

)

select
    row_number() over () as moment_id,
    client_token,
    {{ facts_at() }} as scored_at
from clients
where scored_at is not null
