using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class DatabaseStatementTests
{
    [Theory]
    [InlineData("ALTER DATABASE shop OWNER TO app", "Owner", "ALTER DATABASE \"to\" OWNER TO app")]
    [InlineData("ALTER DATABASE \"s;\"\"hop\" CONNECTION LIMIT = 9", "Other", "ALTER DATABASE \"to\" CONNECTION LIMIT")]
    [InlineData("ALTER DATABASE shop IS_TEMPLATE = true", "Other", "ALTER DATABASE \"to\" IS_TEMPLATE")]
    [InlineData("ALTER DATABASE shop SET \"my.secret\" TO 'a TO b'", "Setting", "ALTER DATABASE \"to\" SET \"my.secret\"")]
    [InlineData("ALTER ROLE shop IN DATABASE shop SET work_mem TO '1MB'", "Setting", "ALTER ROLE shop IN DATABASE \"to\" SET work_mem")]
    [InlineData("ALTER DATABASE shop SET default_transaction_read_only TO 'on'", "HinderingSetting", "ALTER DATABASE \"to\" SET default_transaction_read_only")]
    [InlineData("ALTER ROLE a IN DATABASE shop SET role TO 'b'", "HinderingSetting", "ALTER ROLE a IN DATABASE \"to\" SET role")]
    [InlineData("ALTER DATABASE shop SET session_preload_libraries TO 'x'", "HinderingSetting", "ALTER DATABASE \"to\" SET session_preload_libraries")]
    [InlineData("ALTER DATABASE shop SET statement_timeout TO '5s'", "HinderingSetting", "ALTER DATABASE \"to\" SET statement_timeout")]
    [InlineData("ALTER DATABASE shop SET idle_session_timeout TO '5s'", "HinderingSetting", "ALTER DATABASE \"to\" SET idle_session_timeout")]
    [InlineData("REVOKE CONNECT,TEMPORARY ON DATABASE shop FROM PUBLIC", "Access", "REVOKE CONNECT,TEMPORARY ON DATABASE \"to\" FROM PUBLIC")]
    [InlineData("GRANT ALL ON DATABASE shop TO \"a b\" WITH GRANT OPTION", "Access", "GRANT ALL ON DATABASE \"to\" TO \"a b\" WITH GRANT OPTION")]
    [InlineData("COMMENT ON DATABASE shop IS 'ON DATABASE x'", "Comment", "COMMENT ON DATABASE \"to\"")]
    [InlineData("SECURITY LABEL FOR p ON DATABASE shop IS 'x'", "Other", "SECURITY LABEL FOR p ON DATABASE \"to\"")]
    public void Statements_are_about_the_new_database_and_show_no_value(string sql, string kind, string what)
    {
        var statement = DatabaseStatement.TryParse(sql, "to")!;

        Assert.Equal((kind, what), (statement.Kind.ToString(), statement.What));
        Assert.StartsWith(what, statement.Sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE DATABASE shop WITH TEMPLATE = template0")]
    [InlineData("ALTER DATABASE shop SET TABLESPACE fast")]
    [InlineData("ALTER DATABASE shop REFRESH COLLATION VERSION")]
    [InlineData("ALTER TABLE t OWNER TO app")]
    [InlineData("COMMENT ON TABLE t IS 'COMMENT ON DATABASE shop IS'")]
    [InlineData("GRANT ALL ON TABLE \"t ON DATABASE shop\" TO app")]
    public void Others_are_left_out(string sql) => Assert.Null(DatabaseStatement.TryParse(sql, "to"));

    [Theory]
    [InlineData("CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' TABLESPACE = \"fa st\"", "fa st")]
    [InlineData("CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8'", null)]
    public void A_tablespace_is_known(string sql, string? tablespace) => Assert.Equal(tablespace, DatabaseStatement.TablespaceOf(sql));
}
