-- Before the tables have statistics, their keys would be found by reading all of them at each call, which gets slower with every message; the
-- plan that a session makes then stays. A few keys are looked up in their indexes however many there are.
DO $$
DECLARE
    intake regprocedure;
BEGIN
    FOR intake IN SELECT oid FROM pg_proc WHERE pronamespace = 'notifications'::regnamespace AND proname = 'add_messages' LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_hashjoin TO off SET enable_mergejoin TO off SET enable_bitmapscan TO off SET enable_seqscan TO off', intake);
    END LOOP;
END
$$;
