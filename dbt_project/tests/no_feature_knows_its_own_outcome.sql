-- Known-at: a feature row whose own outcome was already on record when it was scored. There must be none.
select features.booking_id
from {{ ref('feat_no_show__appointments') }} as features
inner join {{ ref('int_attendance__labels') }} as labels on features.booking_id = labels.booking_id
where features.scored_at >= labels.label_known_at
