{# Shares with counts and intervals, so that nobody reads 2 of 3 as 67 %. #}

{# Wilson score interval (1927), 95 %: `side` is -1 for the lower and 1 for the upper bound. #}
{% macro wilson(hits, n, side) -%}
    (
        ({{ hits }} + 1.9208) / ({{ n }} + 3.8416)
        + {{ side }} * 1.96 * sqrt({{ hits }} * ({{ n }} - {{ hits }}) / {{ n }}::double + 0.9604) / ({{ n }} + 3.8416)
    )
{%- endmacro %}

{% macro unused_by(keys) %}
with

ended as (

    select
        *,
        isodow(starts_on) as weekday,
        hour({{ local_time('starts_at') }}) as start_hour,
        starts_on - {{ local_time('chosen_at') }}::date as lead_time_days,
        {{ lead_band('starts_on - ' ~ local_time('chosen_at') ~ '::date') }} as lead_band,
        {{ lead_label('starts_on - ' ~ local_time('chosen_at') ~ '::date') }} as lead_label
    from {{ ref('int_attendance__ended') }}

)

select
    {{ keys | join(', ') }},
    count(*) as visits,
    count(*) filter (outcome = 'no_show') as no_shows,
    count(*) filter (outcome = 'late_cancel') as late_cancels,
    count(*) filter (is_unused) as unused,
    avg(is_unused::int) as unused_rate,
    {{ wilson('count(*) filter (is_unused)', 'count(*)', -1) }} as unused_rate_low,
    {{ wilson('count(*) filter (is_unused)', 'count(*)', 1) }} as unused_rate_high
from ended
group by all
order by unused desc, {{ keys | join(', ') }}
{% endmacro %}
