{# Running counts of outcomes, as known at each instant: one row per key and instant, ready for an ASOF join. #}

{% macro lead_band(days) -%}
    case
        when {{ days }} <= 0 then 0
        when {{ days }} <= 1 then 1
        when {{ days }} <= 3 then 2
        when {{ days }} <= 7 then 3
        when {{ days }} <= 14 then 4
        when {{ days }} <= 28 then 5
        else 6
    end
{%- endmacro %}

{% macro lead_label(days) -%}
    case {{ lead_band(days) }}
        when 0 then 'same day'
        when 1 then '1 day'
        when 2 then '2-3 days'
        when 3 then '4-7 days'
        when 4 then '8-14 days'
        when 5 then '15-28 days'
        else 'over 28 days'
    end
{%- endmacro %}

{% macro running_rate(deltas, key) -%}
    select
        {{ key }},
        known_at,
        sum(sum(visits)) over running as visits,
        sum(sum(unused)) over running as unused
    from {{ deltas }}
    where {{ key }} is not null
    group by {{ key }}, known_at
    window running as (partition by {{ key }} order by known_at)
{%- endmacro %}

{# A rate pulled toward `prior` as if `weight` more visits had been seen (additive smoothing). #}
{% macro shrunk_rate(unused, visits, prior, weight) -%}
    ((coalesce({{ unused }}, 0) + {{ weight }} * ({{ prior }})) / (coalesce({{ visits }}, 0) + {{ weight }}))
{%- endmacro %}
