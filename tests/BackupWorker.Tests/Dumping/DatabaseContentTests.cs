using Npgsql;
using ProdReady.BackupWorker.Dumping;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Dumping;

public sealed class DatabaseContentTests(DataStores stores)
{
    [Fact]
    public async Task Not_null_is_no_constraint_whatever_the_server_lists()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await BackupsFixture.ExecuteAsync(
            database.ConnectionString,
            """
            CREATE TABLE t (id int PRIMARY KEY, n int CONSTRAINT t_n_not_null CHECK (n > 0));
            SET allow_system_table_mods = on;
            -- As 18 lists it
            UPDATE pg_constraint SET contype = 'n' WHERE conname = 't_n_not_null';
            """);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        var content = await DatabaseContent.CountAsync(connection, TestContext.Current.CancellationToken);

        Assert.Equal(1, content.Constraints);
    }
}
