using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class SqlStatementsTests
{
    [Fact]
    public async Task Quotes_hold_what_would_end_a_statement()
    {
        const string script =
            """
            --
            -- PostgreSQL database cluster dump; not a statement
            --
            \restrict abc;
            SET client_encoding = 'UTF8';
            CREATE ROLE "a;b""c";
            COMMENT ON ROLE x IS 'two
            lines; it''s -- no comment';
            ALTER ROLE x SET y TO E'back\\slash\'; still';
            ALTER ROLE x SET w TO E'a''\'; b';
            CREATE FUNCTION f(date) RETURNS int AS $_$ SELECT '$$; $1 "
            -- TOC entry 1 (class 0 OID 0)
            \no command; $_$ LANGUAGE sql;
            CREATE FUNCTION g() RETURNS int AS $$a;$$ LANGUAGE sql;
            SELECT $1 + $2;
            ALTER ROLE x SET "z";
            """;

        Assert.Equal(
            [
                "SET client_encoding = 'UTF8'",
                "CREATE ROLE \"a;b\"\"c\"",
                "COMMENT ON ROLE x IS 'two\nlines; it''s -- no comment'",
                "ALTER ROLE x SET y TO E'back\\\\slash\\'; still'",
                "ALTER ROLE x SET w TO E'a''\\'; b'",
                "CREATE FUNCTION f(date) RETURNS int AS $_$ SELECT '$$; $1 \"\n-- TOC entry 1 (class 0 OID 0)\n\\no command; $_$ LANGUAGE sql",
                "CREATE FUNCTION g() RETURNS int AS $$a;$$ LANGUAGE sql",
                "SELECT $1 + $2",
                "ALTER ROLE x SET \"z\"",
            ],
            (await ReadAsync(script)).Select(statement => statement.Sql.ReplaceLineEndings("\n")));
    }

    [Fact]
    public async Task Comments_belong_to_the_statement_that_follows()
    {
        var statements = await ReadAsync("-- a\n--\n\nSELECT 1;\n\\connect x\n-- b\nSELECT 2");

        Assert.Equal([new("SELECT 1", "-- a\n--\n"), new("SELECT 2", "-- b\n")], statements);
    }

    [Theory]
    [InlineData("CREATE ROLE app", "CREATE ROLE", "app")]
    [InlineData("ALTER ROLE \"a \"\"b\" WITH NOSUPERUSER PASSWORD 'x'", "ALTER ROLE", "a \"b")]
    [InlineData("ALTER ROLE app IN DATABASE db SET a TO 'b'", "ALTER ROLE", "app")]
    [InlineData("COMMENT ON ROLE app IS 'GRANT a TO b'", "COMMENT ON ROLE", "app")]
    [InlineData("SECURITY LABEL FOR p ON ROLE app IS 'x'", "SECURITY LABEL", "app")]
    [InlineData("GRANT readers TO \"app\" WITH ADMIN OPTION GRANTED BY postgres", "GRANT", "readers,app")]
    [InlineData("GRANT ALTER SYSTEM ON PARAMETER \"my.setting\" TO app WITH GRANT OPTION", "GRANT ON PARAMETER", "app")]
    [InlineData("GRANT SET ON PARAMETER work_mem TO PUBLIC", "GRANT ON PARAMETER", "")]
    public void Statements_about_roles_say_which_ones(string sql, string kind, string roles)
    {
        var statement = RoleStatement.TryParse(sql)!;

        Assert.Equal((kind, roles), (statement.Kind, string.Join(',', statement.Roles)));
    }

    [Theory]
    [InlineData("SET client_encoding = 'UTF8'")]
    [InlineData("CREATE TABLESPACE fast OWNER app LOCATION '/x'")]
    [InlineData("GRANT ALL ON TABLESPACE fast TO app")]
    public void Other_statements_are_left_out(string sql) => Assert.Null(RoleStatement.TryParse(sql));

    [Fact]
    public void A_membership_can_be_granted_by_another_role()
    {
        Assert.Equal("GRANT a TO b", RoleStatement.TryParse("GRANT a TO b GRANTED BY gone")!.WithoutGrantor);
        Assert.Null(RoleStatement.TryParse("GRANT a TO b")!.WithoutGrantor);
    }

    private static async Task<List<SqlStatement>> ReadAsync(string script)
    {
        using var reader = new StringReader(script);
        var statements = new List<SqlStatement>();
        await foreach (var statement in SqlStatements.ReadAsync(reader, TestContext.Current.CancellationToken))
        {
            statements.Add(statement);
        }

        return statements;
    }
}
