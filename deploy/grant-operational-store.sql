-- What the program may do in the operational store, where another role owns its tables. Run as the owner after each migration,
-- after `create role hsched_app login`; hsched's address (HSCHED_STORE) then names hsched_app.
-- The owner, and every superuser, can still rewrite everything: that is what signed checkpoints outside the database are for.
grant usage on schema public to hsched_app;
grant select, insert, update, delete on all tables in schema public to hsched_app;
grant usage, select on all sequences in schema public to hsched_app;
revoke update, delete, truncate, references, trigger on audit from hsched_app;
revoke insert, update, delete on hsched_store_version from hsched_app;
