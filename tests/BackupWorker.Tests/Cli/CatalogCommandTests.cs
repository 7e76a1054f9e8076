using System.Text.Json;
using ProdReady.BackupWorker.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Cli;

/// <summary>What the command line got beside making and listing backups.</summary>
public sealed class CatalogCommandTests(DataStores stores)
{
    [Fact]
    public async Task The_catalogue_listings_and_swaps_work_from_the_command_line()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        var folder = Directory.CreateDirectory(Path.Combine(fixture.Root, "anywhere")).FullName;
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__prodready"] = fixture.Database.ConnectionString,
            ["BACKUP_DIR"] = fixture.Directory,
        };
        using (var client = BackupsFixture.ClientOf(fixture.Start()))
        {
            await BackupsFixture.BackUpAsync(client);
        }

        await fixture.ExecuteAsync("DELETE FROM backups.manifests");
        var check = await RunAsync("catalog", "check", "--json");
        Assert.Equal(1, Only(check).GetProperty("missing").GetInt32());
        var rebuild = await RunAsync("catalog", "rebuild", "--json");
        Assert.Equal(1, Only(rebuild).GetProperty("equal").GetInt32());
        await fixture.ExecuteAsync("UPDATE backups.manifests SET manifest = manifest || 'x'::bytea");
        var damaged = await RunAsync("catalog", "check");
        Assert.Equal(ExitCode.Corrupt, damaged.ExitCode);
        Assert.Contains("Manifests in storage are damaged, or are not the ones that were read before.", damaged.Error, StringComparison.Ordinal);

        Assert.Single(JsonSerializer.Deserialize<JsonElement[]>((await RunAsync("list", "--status", "ok", "--database", fixture.Database.Name, "--json")).Output)!);
        Assert.Empty(JsonSerializer.Deserialize<JsonElement[]>((await RunAsync("list", "--status", "failed", "--json")).Output)!);
        Assert.Equal(ExitCode.Usage, (await RunAsync("list", "--status", "fine")).ExitCode);

        var restore = await RunAsync("restore", "latest", "--into", $"new_{fixture.Database.Name}", "--with-roles", "--swap", "--json");
        Assert.Equal((ExitCode.Ok, "restored"), (restore.ExitCode, JsonSerializer.Deserialize<JsonElement>(restore.Output).GetProperty("verdict").GetString()));
        await using var kept = fixture.Target(JsonSerializer.Deserialize<JsonElement>(restore.Output).GetProperty("keptAs").GetString());
        Assert.Contains("Every role of the backup exists and is left as it is", restore.Error, StringComparison.Ordinal);

        Task<CliProcess> RunAsync(params string[] arguments) => CliProcess.RunAsync(folder, arguments, environment);
    }

    private static JsonElement Only(CliProcess process)
    {
        Assert.True(process.ExitCode == ExitCode.Ok, process.Error);
        return Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(process.Output)!);
    }
}
