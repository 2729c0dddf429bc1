-- Visits and unused visits so far over the whole practice, as known at each instant.
select
    known_at,
    sum(sum(visits)) over running as visits,
    sum(sum(unused)) over running as unused
from {{ ref('int_attendance__changes') }}
group by known_at
window running as (order by known_at)
