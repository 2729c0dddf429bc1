{# Bands, rates and what they are counted by. #}

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

{# What a rate is kept for: a name, and the key it is counted by, from a relation's own columns. Without a key (no hours, no sites) it is not counted. #}
{% macro rate_keys(of) -%}
    {{ return([
        ('practice', "'all'"),
        ('lead', of ~ '.lead_band::varchar'),
        ('session', of ~ '.session_type'),
        ('session_lead', of ~ ".session_type || ' ' || " ~ of ~ '.lead_band'),
        ('site', of ~ '.site_token'),
        ('slot', of ~ '.slot::varchar'),
    ]) }}
{%- endmacro %}

{# Weekday and local hour of the start in one number; hour 99 where only the day is known. #}
{% macro slot(starts_on, starts_at) -%}
    isodow({{ starts_on }}) * 100 + coalesce(hour({{ local_time(starts_at) }}), 99)
{%- endmacro %}

{# A rate pulled toward `prior` as if `weight` more visits had been seen (additive smoothing). #}
{% macro shrunk_rate(unused, visits, prior, weight) -%}
    ((coalesce({{ unused }}, 0) + {{ weight }} * ({{ prior }})) / (coalesce({{ visits }}, 0) + {{ weight }}))
{%- endmacro %}

{% macro logit(p) -%}
    ln(({{ p }}) / (1 - ({{ p }})))
{%- endmacro %}

{% macro expit(x) -%}
    (1 / (1 + exp(-({{ x }}))))
{%- endmacro %}

{# Whether an event ends a booking: a move does, or makes its next version where nothing was booked otherwise. #}
{% macro is_ending(event_type) -%}
    {{ event_type }} in ('cancelled', 'attended', 'no_show', 'moved')
{%- endmacro %}
