{# Days and hours in the practice's zone. A local day may have 23 or 25 hours. #}

{% macro local_midnight(day) -%}
    timezone('{{ var("timezone") }}', ({{ day }})::timestamp)
{%- endmacro %}

{% macro local_time(instant) -%}
    timezone('{{ var("timezone") }}', {{ instant }})
{%- endmacro %}

{% macro days_apart(later, earlier) -%}
    (epoch({{ later }}) - epoch({{ earlier }})) / 86400.0
{%- endmacro %}
