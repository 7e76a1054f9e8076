using System.Globalization;
using Npgsql;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>What comes back is what went in, whatever it is: by its content, its definition and its sequences.</summary>
public sealed class LargeDatabaseTests(DataStores stores, ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true";
    private static readonly int Rows = IsLong ? 1_000_000 : 50_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Everything_comes_back_from_an_encrypted_backup(int jobs)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var suffix = Guid.NewGuid().ToString("N")[..8];
        var roles = new[] { $"large_owner_{suffix}", $"large_reader_{suffix}" };
        var app = fixture.Start(
            settings:
            [
                ("Backups:Jobs", jobs.ToString(CultureInfo.InvariantCulture)),
                ("Backups:ParallelFrom", "0"),
                ("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System)),
            ]);
        using var client = BackupsFixture.ClientOf(app);
        await using var target = fixture.Target();
        try
        {
            foreach (var statement in LargeDatabase.Statements(Rows, roles[0], roles[1]))
            {
                await fixture.ExecuteAsync(statement);
            }

            var run = Assert.Single(await app.BackUpNowAsync());
            Assert.Null(run.Error);
            Assert.Equal(jobs, run.Manifest!.Jobs);
            // Their indexes are built while other rows still come
            Assert.Equal(jobs > 1, run.Manifest.Parts.Any(part => part.LargeTables.Any(table => table.Table == "everything")));
            var result = await BackupsFixture.RestoreAsync(app, run.Run.Id, target.Name);

            Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
            var rows = result.Tables!.Where(table => table.Name is not ("public.measurements" or "public.measurements_2025")).Sum(table => table.Restored);
            output.WriteLine($"{result.Tables!.Count} tables with {rows} rows, {run.Manifest.Parts.Count} files, {run.Manifest.Size} bytes");
            Assert.InRange(rows!.Value, Rows, 2 * Rows);
            await AssertEqualAsync(fixture.Database.ConnectionString, target.ConnectionString);
        }
        finally
        {
            foreach (var database in new[] { target.ConnectionString, fixture.Database.ConnectionString })
            {
                await DropOwnedAsync(database, roles);
            }

            await BackupsFixture.ExecuteAsync(fixture.ConnectionTo("postgres"), $"DROP ROLE IF EXISTS {string.Join(", ", roles)}");
        }
    }

    private async Task AssertEqualAsync(string original, string restored)
    {
        foreach (var sql in new[] { SampleDatabase.FingerprintSql, LargeDatabase.SequencesSql, LargeDatabase.LargeObjectsSql })
        {
            var expected = await BackupsFixture.ScalarAsync<string>(original, sql);
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await BackupsFixture.ScalarAsync<string>(restored, sql));
        }

        Assert.Equal(await SchemaAsync(original), await SchemaAsync(restored));
    }

    /// <summary>The definition as pg_dump writes it, but for the lines that are random in each dump.</summary>
    private async Task<string> SchemaAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var (exitCode, schema) = await Programs.RunAsync(
            new()
            {
                Name = "pg_dump",
                FileName = Path.Combine(stores.PostgresBin, "pg_dump"),
                Arguments = ["--schema-only", "-h", settings.Host!, "-p", $"{settings.Port}", "-U", settings.Username!, settings.Database!],
                Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = settings.Password },
            },
            Cancelled);
        Assert.True(exitCode == 0, schema);
        return string.Join('\n', schema.Split('\n').Where(line =>
            !line.StartsWith("\\restrict", StringComparison.Ordinal) && !line.StartsWith("\\unrestrict", StringComparison.Ordinal)));
    }

    private static async Task DropOwnedAsync(string database, string[] roles)
    {
        foreach (var role in roles)
        {
            try
            {
                await BackupsFixture.ExecuteAsync(database, $"DROP OWNED BY {role} CASCADE");
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.InvalidCatalogName)
            {
                // The test failed before there was one
            }
        }
    }
}
