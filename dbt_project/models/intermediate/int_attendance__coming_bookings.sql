-- What was known of the client's bookings at 00:00 of each as-of day.
-- Counts are carried for the midnight that ends the records, and worked out for earlier ones.
{{ config(tags=['daily'], database='scratch') }}
with

moments as (

    select * from {{ ref('int_attendance__coming') }}

),

earlier as (

    select * from moments
    where {{ facts_are_carried() }} is not true

),

made as (

    select
        moments.moment_id,
        known.* exclude (client_token)
    from moments
    inner join {{ ref('int_attendance__client_booked') }} as known on moments.client_token = known.client_token
    where {{ facts_are_carried() }}

    union all by name

    select * from ({{ client_booked('earlier') }}) as made_out

),

{{ client_bookings() }}

select * from final
