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
