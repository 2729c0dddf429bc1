-- From when on an increment changes anything, and up to when all is known: one row. A whole build changes all from the first record on.
{% set tables = ('appointments', 'clients', 'communications') %}
with

recorded as (

    {% for table in tables %}
        select recorded_at from {{ lake_rows(table) }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

earliest as (

    select
        {% if is_increment() %}
            coalesce(min(recorded_at), {{ local_midnight("date '" ~ var('records_through') ~ "' + 1") }}) as changed_from
        {% else %}
            min(recorded_at) as changed_from
        {% endif %}
    from recorded

)

select
    changed_from,
    {% if is_increment() %}
        least({{ known_day('changed_from') }}, date '{{ var("known_through") }}' + 1) as changed_on,
    {% else %}
        {{ known_day('changed_from') }} as changed_on,
    {% endif %}
    {{ facts_at() }} as facts_at
from earliest
