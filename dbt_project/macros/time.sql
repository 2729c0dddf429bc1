{# Days and hours in the practice's zone. A local day may have 23 or 25 hours. #}

{% macro local_midnight(day) -%}
    timezone('{{ var("timezone") }}', ({{ day }})::timestamp)
{%- endmacro %}

{% macro local_time(instant) -%}
    timezone('{{ var("timezone") }}', {{ instant }})
{%- endmacro %}

{% macro local_day(instant) -%}
    {{ local_time(instant) }}::date
{%- endmacro %}

{# The day whose records hold what became known then: an outcome of exactly 00:00 is known at that midnight, so it belongs to the day before. #}
{% macro known_day(instant) -%}
    {{ local_time(instant ~ ' - interval 1 microsecond') }}::date
{%- endmacro %}

{% macro days_apart(later, earlier) -%}
    (epoch({{ later }}) - epoch({{ earlier }})) / 86400.0
{%- endmacro %}

{# The parts of the year in which attendance was found to differ; which of them do in a practice, its own records say. #}
{% macro season(day) -%}
    case
        when month({{ day }}) = 12 or (month({{ day }}) = 11 and day({{ day }}) >= 22) then 'year_end'
        when month({{ day }}) = 8 then 'august'
        when month({{ day }}) = 4 and day({{ day }}) <= 14 then 'spring_break'
        else 'usual'
    end
{%- endmacro %}

{# The week after each public holiday, other holidays left out. #}
{% macro days_after_holidays() -%}
    with holidays as (

        select day from read_parquet('{{ env_var("HSCHED_TABLES", "tables") }}/public_holidays.parquet')

    )

    select distinct (holidays.day + later.days::int)::date as day
    from holidays
    cross join generate_series(1, {{ var('holiday_echo_days') }}) as later (days)
    where (holidays.day + later.days::int)::date not in (select day from holidays)
{%- endmacro %}
