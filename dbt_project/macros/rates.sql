{# Rates as known at 00:00 of a day: running totals by key and day, and what they predict of a visit. #}

{# A share as a decimal: sums of decimals do not hang on the order of their rows, so that an increment adds up to what a whole build does. #}
{% macro exact(x) -%}
    ({{ x }})::decimal(18, 12)
{%- endmacro %}

{% macro exact_sum(x, only=none) -%}
    (sum({{ exact(x) }}){% if only %} filter ({{ only }}){% endif %})::double
{%- endmacro %}

{# Running totals of `sums` for every key and day from the day after its first step, with those of the last 90 and 180 days.
   `steps` has kind, rate_key, day and what each day's recordings add or take back; totals end where those of `like` do, or with the records. An increment goes on from the totals of `changed_on`. #}
{% macro rates_by_day(steps, sums, like=none) %}
last_day as (

    {% if like %}
    select max(day) as day from {{ like }}
    {% elif var('records_through') %}
    select date '{{ var("records_through") }}' + 1 as day
    {% else %}
    select max(day) + 1 as day from {{ steps }}
    {% endif %}

),

{% if is_increment() %}
-- the totals to go on from, and those of 90 and 180 days before the days to come
kept as (

    select
        kind,
        rate_key,
        day,
        {{ sums | join(', ') }}
    from {{ this }}
    where
        day between {{ changed_on() }} - 180 and {{ changed_on() }}
        and (
            day = {{ changed_on() }}
            {% for window in (90, 180) %}
            or day between {{ changed_on() }} + 1 - {{ window }} and (select day from last_day) - {{ window }}
            {% endfor %}
        )

),
{% endif %}

first_steps as (

    select
        kind,
        rate_key,
        day
    from {{ steps }}
    {% if is_increment() %}
    union all
    select
        kind,
        rate_key,
        day
    from kept
    where day = {{ changed_on() }}
    {% endif %}

),

days as (

    select
        kind,
        rate_key,
        unnest(generate_series(min(day) + 1, (select day from last_day), interval 1 day))::date as day
    from first_steps
    group by kind, rate_key

),

totals as (

    select
        days.kind,
        days.rate_key,
        days.day,
        {% for name in sums %}
        sum(coalesce(steps.{{ name }}, 0)) over so_far {% if is_increment() %}+ coalesce(kept.{{ name }}, 0){% endif %} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}
    from days
    {% if is_increment() %}
    left join kept on days.kind = kept.kind and days.rate_key = kept.rate_key and kept.day = {{ changed_on() }}
    {% endif %}
    left join {{ steps }} as steps
        on days.kind = steps.kind and days.rate_key = steps.rate_key and days.day = steps.day + 1
    window so_far as (partition by days.kind, days.rate_key order by days.day)
    {% if is_increment() %}
    union all
    select * from kept
    {% endif %}

),

-- every key has a row for each day from its first, so that what stood so many days before is one row or nothing
final as (

    select
        totals.kind,
        totals.rate_key,
        totals.day,
        {% for name in sums %}
        totals.{{ name }},
        {% endfor %}
        {% for window in (90, 180) %}
        totals.visits - coalesce(ago_{{ window }}.visits, 0) as visits_{{ window }}d,
        totals.unused - coalesce(ago_{{ window }}.unused, 0) as unused_{{ window }}d{{ "," if not loop.last }}
        {% endfor %}
    from totals
    {% for window in (90, 180) %}
    left join totals as ago_{{ window }}
        on
            totals.kind = ago_{{ window }}.kind
            and totals.rate_key = ago_{{ window }}.rate_key
            and totals.day = ago_{{ window }}.day + {{ window }}
    {% endfor %}
    {% if is_increment() %}
    where totals.day > {{ changed_on() }}
    {% endif %}

)
{% endmacro %}

{# Outcomes that come into rates or go out of them, in an increment those of later days. Each day is asked for by itself: with `or`, DuckDB
   reads the whole table. #}
{% macro turning_outcomes() -%}
    {% set outcomes = ref('int_attendance__outcomes') %}
    select * from {{ outcomes }}
    {% if is_increment() -%}
        where known_on >= {{ changed_on() }}
        union all
        select * from {{ outcomes }}
        where superseded_on >= {{ changed_on() }} and known_on < {{ changed_on() }}
    {%- endif %}
{%- endmacro %}

{# Visits as they come in on the day they are known, and go out on the day another status takes their place. #}
{% macro turns(outcomes) %}
turns as (

    select
        *,
        known_on as day,
        1 as sign
    from {{ outcomes }}
    where is_visit {% if is_increment() %}and known_on >= {{ changed_on() }}{% endif %}

    union all

    select
        *,
        superseded_on as day,
        -1 as sign
    from {{ outcomes }}
    where is_visit and superseded_on is not null {% if is_increment() %}and superseded_on >= {{ changed_on() }}{% endif %}

)
{% endmacro %}

{# What each day's recordings add to or take from each kind of rate. #}
{% macro rate_steps() %}
{{ turns('outcomes') }},

steps as (

    {% for kind, key in rate_keys('turns') %}
    select
        '{{ kind }}' as kind,
        {{ key }} as rate_key,
        day,
        sum(sign)::int as visits,
        sum(sign * is_unused::int)::int as unused
    from turns
    where {{ key }} is not null
    group by all
    {{ "union all" if not loop.last }}
    {% endfor %}

)
{% endmacro %}

{# Left joins of each kind's rates as known at 00:00 of `day`, under the kind's name. #}
{% macro join_rates(of, day, kinds) %}
    {% for kind, key in rate_keys(of) if kind in kinds %}
    left join {{ ref('int_attendance__rates') }} as {{ kind }}
        on {{ kind }}.kind = '{{ kind }}' and {{ kind }}.rate_key = {{ key }} and {{ kind }}.day = {{ day }}
    {% endfor %}
{% endmacro %}

{% macro practice_rate() -%}
    {{ shrunk_rate('practice.unused', 'practice.visits', 0.18, 100) }}
{%- endmacro %}

{# What lead time and kind of session predict: their effects are added in log odds, and give way to the visits of just that kind and lead. #}
{% macro booked_rate() -%}
    {{ shrunk_rate('session_lead.unused', 'session_lead.visits', expit(
        logit(shrunk_rate('lead.unused', 'lead.visits', practice_rate(), 100))
        ~ ' + ' ~ logit(shrunk_rate('session.unused', 'session.visits', practice_rate(), 50))
        ~ ' - ' ~ logit(practice_rate())
    ), 50) }}
{%- endmacro %}

{# A clinician's share of it, in log odds: one step toward the posterior mean of a normal effect with deviation 0.35
   (therapists explain up to 14 % of the variance of attendance); 0 where nothing is known. #}
{% macro clinician_effect(of) -%}
    coalesce(0.1225 * ({{ of }}.unused - {{ of }}.expected::double) / (1 + 0.1225 * {{ of }}.information::double), 0)
{%- endmacro %}
