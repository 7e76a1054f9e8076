using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

public abstract partial class StackFacts
{
    [Fact]
    public async Task A_backup_is_listed_and_restores_to_the_same_rows()
    {
        // Something to lose, beside what the other tests leave
        await using (var database = fixture.Database())
        {
            await using var fill = database.CreateCommand(
                "CREATE TABLE public.ledger AS SELECT n AS id, md5(n::text) AS entry FROM generate_series(1, 1000) AS n");
            await fill.ExecuteNonQueryAsync(Cancellation);
        }

        using var start = await fixture.Gateway.SendAsync(fixture.AsAdmin(HttpMethod.Post, "/backups"), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, start.StatusCode);
        var id = (await start.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!;
        await Eventually.ReadAsync(() => GetAsync($"/backups/{id}"), run => run.GetProperty("status").GetString() != "running");

        var listed = await GetAsync("/backups");
        var backups = listed.ValueKind == JsonValueKind.Array ? listed : listed.GetProperty("backups");
        var backup = backups.EnumerateArray().Single(candidate => candidate.GetProperty("id").GetString() == id);
        Assert.Equal("ok", backup.GetProperty("status").GetString());
        Assert.True(backup.GetProperty("size").GetInt64() > 1000);
        Assert.Matches("^[0-9a-f]{64}$", backup.GetProperty("sha256").GetString());

        await RestoreAsync(id, "restored");
        await using var original = fixture.Database();
        await using var restored = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(fixture.Stack.Description.ConnectionStrings.Prodready) { Database = "restored" });
        var counts = await RowCountsAsync(restored);
        Assert.Equal(1000, counts["public.ledger"]);
        // The run's own record is finished after the snapshot was taken, but it is there
        Assert.Equal(await RowCountsAsync(original), counts);
    }

    /// <summary>As a person would, from the checkout; the command finds the running stack by its <c>stack.json</c>.</summary>
    private async Task RestoreAsync(string id, string into)
    {
        var checkout = Checkout.Directory;
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "restore",
                FileName = "dotnet",
                Arguments = ["run", "--no-build", "--project", "BackupWorker", "--", "restore", id, "--into", into],
                WorkingDirectory = checkout,
                Environment = new Dictionary<string, string?>
                {
                    ["PRODREADY_STATE"] = fixture.Stack.StateDirectory,
                    ["DATABASE_URL"] = null,
                    ["BACKUP_DIR"] = null,
                },
            },
            Cancellation);
        Assert.True(exitCode == 0, output);
    }

    private static async Task<SortedDictionary<string, long>> RowCountsAsync(NpgsqlDataSource database)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var tables = database.CreateCommand(
            """
            SELECT format('%I.%I', table_schema, table_name)
            FROM information_schema.tables
            WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
            """);
        await using (var reader = await tables.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
            {
                counts[reader.GetString(0)] = 0;
            }
        }

        foreach (var table in counts.Keys.ToList())
        {
            await using var count = database.CreateCommand($"SELECT count(*) FROM {table}");
            counts[table] = (long)(await count.ExecuteScalarAsync(Cancellation))!;
        }

        return counts;
    }
}
