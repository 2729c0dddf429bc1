-- Training and evaluation rows: features as known at each scoring moment, and how the booking ended (labels).
{{ config(materialized='external') }}

{{ no_show_features('moments') }}

select
    final.*,
    labels.outcome as label_outcome,
    labels.is_unused as label_is_unused,
    labels.label_known_at
from final
left join {{ ref('int_attendance__labels') }} as labels on final.booking_id = labels.booking_id
order by final.scored_at, final.booking_id, final.moment
