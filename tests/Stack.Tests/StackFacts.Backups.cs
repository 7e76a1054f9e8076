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
        var id = (await start.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("backups")[0].GetProperty("id").GetString()!;
        await Eventually.ReadAsync(() => GetAsync($"/backups/{id}"), run => run.GetProperty("status").GetString() is not ("waiting" or "running"));

        var listed = await GetAsync("/backups");
        var backup = listed.EnumerateArray().Single(candidate => candidate.GetProperty("id").GetString() == id);
        Assert.Equal("ok", backup.GetProperty("status").GetString());
        Assert.True(backup.GetProperty("size").GetInt64() > 1000);
        Assert.Equal("ok", backup.GetProperty("copies")[0].GetProperty("status").GetString());

        await RestoreAsync(id, "restored");
        await using var original = fixture.Database();
        await using var restored = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(fixture.Stack.Description.ConnectionStrings.Prodready) { Database = "restored" });
        Assert.Equal(await LedgerAsync(original), await LedgerAsync(restored));

        // The stack works on while it is backed up, so that the other tables are compared with what the snapshot saw
        var shown = await GetAsync($"/backups/{id}");
        var seen = shown.GetProperty("tables").EnumerateArray().ToDictionary(
            table => $"{table.GetProperty("schema").GetString()}.{table.GetProperty("table").GetString()}",
            table => table.GetProperty("rows").GetInt64(),
            StringComparer.Ordinal);
        Assert.Equal(1000, seen["public.ledger"]);
        Assert.Equal(
            seen.OrderBy(table => table.Key, StringComparer.Ordinal), (await RowCountsAsync(restored)).OrderBy(table => table.Key, StringComparer.Ordinal));
    }

    private static async Task<string> LedgerAsync(NpgsqlDataSource database)
    {
        await using var entries = database.CreateCommand("SELECT string_agg(id || ' ' || entry, ',' ORDER BY id) FROM public.ledger");
        return (string)(await entries.ExecuteScalarAsync(Cancellation))!;
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

    private static async Task<Dictionary<string, long>> RowCountsAsync(NpgsqlDataSource database)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
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
