using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Documentation;

/// <summary>The manifest of a real backup against the table of its fields in docs/backup-format.md.</summary>
public sealed partial class ManifestFieldsTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_field_is_documented_and_every_documented_field_is_there()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);

        var manifest = await BackUpAsync(fixture);

        var document = await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "docs", "backup-format.md"), Cancelled);
        Assert.Equal(
            Field().Matches(document).Select(match => match.Groups["path"].Value).Order(StringComparer.Ordinal),
            Paths(manifest, "").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_fields_say_what_is_so()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        await fixture.ExecuteAsync(
            "ALTER TABLE customers ADD CONSTRAINT later CHECK (balance < 5) NOT VALID; GRANT SELECT ON customers TO pg_monitor");
        var before = TimeProvider.System.GetUtcNow();
        var wal = await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT pg_current_wal_lsn()::text");

        var manifest = await BackUpAsync(fixture);

        Assert.Equal(2, manifest.GetProperty("version").GetInt32());
        Assert.Equal(fixture.Database.Name, Text(manifest, "database"));
        Assert.Matches("^[a-z0-9]{8}$", Text(manifest, "id"));
        var (started, completed) = (manifest.GetProperty("startedAt").GetDateTimeOffset(), manifest.GetProperty("completedAt").GetDateTimeOffset());
        Assert.InRange(started, before.AddSeconds(-1), completed);
        Assert.InRange(completed, started, TimeProvider.System.GetUtcNow());
        Assert.Equal(
            ["globals .globals.sql.zst", "schema .schema.dump.zst", "data .data-01.dump.zst"],
            manifest.GetProperty("parts").EnumerateArray().Select(part =>
                $"{Text(part, "kind")} {Text(part, "file")[Text(part, "file").IndexOf('.', StringComparison.Ordinal)..]}"));
        Assert.All(manifest.GetProperty("parts").EnumerateArray(), part => AssertFacts(fixture, part));
        Assert.Contains(Text(manifest, "toolVersion"), await VersionAsync(), StringComparison.Ordinal);
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT split_part(current_setting('server_version'), ' ', 1)"),
            Text(manifest, "serverVersion"));
        Assert.True(await BackupsFixture.ScalarAsync<bool>(
            fixture.Database.ConnectionString, $"SELECT pg_lsn '{Text(manifest, "walPosition")}' BETWEEN '{wal}' AND pg_current_wal_lsn()"));
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(
                fixture.Database.ConnectionString,
                "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate || ' ' || datctype FROM pg_database WHERE datname = current_database()"),
            $"{Text(manifest.GetProperty("locale"), "encoding")} {Text(manifest.GetProperty("locale"), "collate")} {Text(manifest.GetProperty("locale"), "ctype")}");
        Assert.Equal(
            [await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT current_user::text")],
            manifest.GetProperty("roles").GetProperty("owners").EnumerateArray().Select(role => role.GetString()));
        var content = manifest.GetProperty("content");
        Assert.Equal(
            1000,
            content.GetProperty("tables").EnumerateArray().Single(table => Text(table, "table") == "customers" && Text(table, "schema") == "public")
                .GetProperty("rows").GetInt64());
        Assert.Equal(1, content.GetProperty("largeObjects").GetInt64());
        Assert.Equal(["public.customers.later"], content.GetProperty("notValid").EnumerateArray().Select(name => name.GetString()));
        Assert.True(content.GetProperty("constraints").GetInt64() > 5);
        Assert.Equal(1, manifest.GetProperty("jobs").GetInt32());
        Assert.Equal(3, manifest.GetProperty("compressionLevel").GetInt32());
        Assert.Empty(manifest.GetProperty("warnings").EnumerateArray());
    }

    private static void AssertFacts(BackupsFixture fixture, JsonElement part)
    {
        var facts = part.GetProperty("facts");
        var bytes = File.ReadAllBytes(Path.Combine(fixture.Directory, Text(part, "file")));
        Assert.Equal(
            (bytes.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), "zstd", JsonValueKind.Null),
            (facts.GetProperty("size").GetInt32(), Text(facts, "sha256"), Text(facts, "compression"), facts.GetProperty("keyId").ValueKind));
        Assert.True(facts.GetProperty("contentSize").GetInt64() > bytes.Length / 2);
    }

    private static async Task<JsonElement> BackUpAsync(BackupsFixture fixture)
    {
        var run = Assert.Single(await fixture.Start().BackUpNowAsync());
        var file = await File.ReadAllTextAsync(Path.Combine(fixture.Directory, run.Run.Name.ManifestFile), Cancelled);
        return JsonSerializer.Deserialize<JsonElement>(file).GetProperty("manifest");
    }

    private static async Task<string> VersionAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(FakeTools.RealFolder, "pg_dump"), ["--version"]) { RedirectStandardOutput = true })!;
        return await process.StandardOutput.ReadToEndAsync(Cancelled);
    }

    private static IEnumerable<string> Paths(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Paths(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}")),
        JsonValueKind.Array when element.GetArrayLength() > 0 => element.EnumerateArray().SelectMany(item => Paths(item, $"{path}[]")),
        JsonValueKind.Array => [$"{path}[]"],
        _ => [path],
    };

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    [GeneratedRegex(@"^\| `(?<path>[a-zA-Z0-9.\[\]]+)` \| ", RegexOptions.Multiline)]
    private static partial Regex Field();
}
