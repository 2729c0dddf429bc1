-- What was known of the client's outcomes at 00:00 of each as-of day; moments without any have no row.
-- Facts are carried for the midnight that ends the records, and worked out for earlier ones.
{{ config(tags=['daily'], database='scratch') }}
with

moments as (

    select * from {{ ref('int_attendance__coming') }}

),

earlier as (

    select * from moments
    where {{ facts_are_carried() }} is not true

),

facts as (

    select
        moments.moment_id,
        known.* exclude (client_token)
    from moments
    inner join {{ ref('int_attendance__client_facts') }} as known on moments.client_token = known.client_token
    where {{ facts_are_carried() }}

    union all by name

    select * from ({{ client_facts('earlier') }}) as made_out

),

windows as (
    {{ client_windows('moments', local_midnight("date '" ~ (var('as_of_start') or '1900-01-01') ~ "' - 181"), by=key_of_coming_clients()) }}
),

{{ client_outcomes() }}

select * from final
