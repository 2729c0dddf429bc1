-- From when on an increment changes anything, from when on it reads the records of what changes, and up to when all is known: one row.
-- A whole build changes all from the first record on.
{% set tables = ('appointments', 'clients', 'communications') %}
{% set events = as_left('stg_ehr__appointments') %}
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

){% if is_increment() %},

-- appointments with new records: numbers are found faster than tokens
touched as (

    select hash(appointment_token) as appointment_hash
    from {{ lake_rows('appointments') }}
    union
    select appointment_hash
    from {{ events }}
    where recorded_at >= (select changed_from from earliest)

),

older as (

    select min(recorded_at) as first_recorded_at
    from {{ events }}
    where appointment_hash in (select appointment_hash from touched)

){% endif %}

select
    changed_from,
    {% if is_increment() %}
        least({{ known_day('changed_from') }}, date '{{ var("known_through") }}' + 1) as changed_on,
        least(changed_from, (select first_recorded_at from older)) as touched_since,
    {% else %}
        {{ known_day('changed_from') }} as changed_on,
        changed_from as touched_since,
    {% endif %}
    {{ facts_at() }} as facts_at
from earliest
