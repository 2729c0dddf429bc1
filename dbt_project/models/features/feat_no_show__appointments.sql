-- Training and evaluation rows: features as known at each scoring moment, and how the booking ended (labels).
{{ config(materialized='external') }}
select * from {{ ref('int_no_show__appointments') }}
order by scored_at, booking_id, moment
