using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class ArchiveScriptTests
{
    private const string Script =
        """
        --
        -- TOC entry 1 (class 1262 OID 1)
        -- Name: shop; Type: DATABASE; Schema: -; Owner: of the database
        --

        CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' TABLESPACE = fast;
        ALTER DATABASE shop OWNER TO of_the_database;
        REVOKE CONNECT,TEMPORARY ON DATABASE shop FROM of_the_database;
        ALTER ROLE of_the_database IN DATABASE shop SET work_mem TO '1MB';

        -- TOC entry 2 (class 6104 OID 2)
        CREATE PUBLICATION pu FOR ALL TABLES;
        ALTER PUBLICATION pu OWNER TO postgres;
        SET default_tablespace = '';
        SET default_tablespace = "fa""st";
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $_$
        ;
        -- TOC entry 9 (class 1 OID 1)
        ALTER TABLE x OWNER TO forged;
        $_$;
        ALTER FUNCTION f() OWNER TO "Big; One";
        GRANT ALL ON TABLE t TO PUBLIC;
        GRANT SELECT(a) ON TABLE t TO reader WITH GRANT OPTION;
        SET SESSION AUTHORIZATION reader;
        REVOKE SELECT ON TABLE t FROM friend;
        RESET SESSION AUTHORIZATION;
        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES  TO reader2;

        -- TOC entry 3 (class 3256 OID 3)
        -- Dependencies: 8
        CREATE POLICY "a b" ON public.t AS RESTRICTIVE FOR SELECT TO one, "t,wo" USING (b <> ' TO three USING ');

        -- TOC entry 4 (class 0 OID 0)
        -- Dependencies: 3
        -- Name: x
        COMMENT ON POLICY "a b" ON public.t IS 'x';

        -- TOC entry 5 (class 0 OID 0)
        -- Name: x
        COMMENT ON TABLE public.t IS 'GRANT a TO b';
        CREATE POLICY everybody ON public.t USING (a = ' TO x');
        CREATE USER MAPPING FOR public SERVER s;

        -- TOC entry 7 (class 1259 OID 7)
        CREATE INDEX i ON public.t USING btree (a);
        SET default_tablespace = '';

        -- TOC entry 8 (class 1259 OID 8)
        CREATE INDEX j ON public.t USING btree (b);
        ALTER TABLE public.t CLUSTER ON j;

        -- TOC entry 6 (class 0 OID 0)
        CREATE USER MAPPING FOR "Map" SERVER s OPTIONS (
            password 'p'
        );
        """;

    [Fact]
    public async Task Every_role_that_a_statement_names_is_known_and_no_other()
    {
        var script = await ReadAsync();

        Assert.Equal(["postgres", "Big; One"], script.Roles.Owners);
        Assert.Equal(["reader", "friend", "reader2"], script.Roles.Grantees);
        Assert.Equal(["app"], script.Roles.Defaulters);
        Assert.Equal(["reader"], script.Roles.Grantors);
        Assert.Equal(["fast", "fa\"st"], script.Tablespaces);
    }

    [Fact]
    public async Task Indexes_are_known_and_which_of_them_have_their_table_for_themselves() => Assert.Equal(
        [new(7, "public", "t", IsExclusive: false), new(8, "public", "t", IsExclusive: true)], (await ReadAsync()).Indexes);

    [Fact]
    public async Task What_is_of_the_database_is_about_the_new_one()
    {
        var script = await ReadAsync();

        Assert.Equal("fast", script.Tablespace);
        Assert.Equal(
            [
                "ALTER DATABASE \"new \"\"one\" OWNER TO of_the_database",
                "REVOKE CONNECT,TEMPORARY ON DATABASE \"new \"\"one\" FROM of_the_database",
                "ALTER ROLE of_the_database IN DATABASE \"new \"\"one\" SET work_mem TO '1MB'",
            ],
            script.Properties.Select(property => property.Sql));
    }

    [Fact]
    public async Task What_is_bound_to_a_role_is_left_out_with_the_comment_on_it()
    {
        var script = await ReadAsync();

        Assert.Equal(
            ["3 the policy \"a b\" ON public.t: one|t,wo", "6 the user mapping of \"Map\" for s: Map"],
            script.Roles.Bound.Select(bound => $"{bound.Entry} {bound.What}: {string.Join('|', bound.Roles)}"));
        Assert.Equal([3, 4], script.WithComments([3]).Order());
    }

    [Fact]
    public async Task A_policy_goes_on_for_the_roles_that_are_there()
    {
        var script = await ReadAsync();
        var policy = script.Roles.Bound.First();

        Assert.Equal(
            "CREATE POLICY \"a b\" ON public.t AS RESTRICTIVE FOR SELECT TO \"t,wo\" USING (b <> ' TO three USING ')", policy.Without(["one"]));
        Assert.Null(policy.Without(["one", "t,wo"]));
        Assert.Null(script.Roles.Bound.Last().Without(["one"]));
    }

    private static Task<ArchiveScript> ReadAsync() => ArchiveScript.ReadAsync(new StringReader(Script), "new \"one", TestContext.Current.CancellationToken);
}
