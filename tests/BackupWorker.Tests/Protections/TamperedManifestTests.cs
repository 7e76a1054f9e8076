using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>A manifest decides what is restored, so that whoever writes to storage must not be able to write one.</summary>
public sealed class TamperedManifestTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "changed")]
    [InlineData(true, "resealed")]
    [InlineData(true, "renamed")]
    [InlineData(true, "cut")]
    [InlineData(false, "changed")]
    [InlineData(false, "renamed")]
    public async Task It_is_no_manifest_any_more(bool encrypted, string how)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var log = new LogLines();
        var app = fixture.Start(
            services => services.AddSingleton<ILoggerProvider>(log),
            settings: encrypted ? [("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System))] : []);
        var run = Assert.Single(await app.BackUpNowAsync()).Run;
        var manifest = Path.Combine(fixture.Directory, run.Name.ManifestFile);
        var text = await File.ReadAllTextAsync(manifest, Cancelled);
        var tampered = how switch
        {
            "changed" => text.Replace("\"rows\": 1000", "\"rows\": 999", StringComparison.Ordinal),
            "resealed" => Reseal(text.Replace("\"rows\": 1000", "\"rows\": 999", StringComparison.Ordinal)),
            "cut" => text[..^(text.Length / 2)],
            _ => text,
        };
        var name = how == "renamed" ? new BackupName(run.Database, run.StartedAt.AddDays(1), "renamed0") : run.Name;
        Assert.True(how == "renamed" || tampered != text);
        await File.WriteAllTextAsync(Path.Combine(fixture.Directory, name.ManifestFile), tampered, Cancelled);

        var listed = await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled);
        var target = fixture.Target();
        var result = await BackupsFixture.RestoreAsync(app, name.Id, target.Name);

        Assert.DoesNotContain(listed, copy => copy.Name == name);
        Assert.Equal(RestoreVerdict.Corrupt, result.Verdict);
        Assert.False(await fixture.ExistsAsync(target.Name));
        Assert.Contains(log.Of(LogLevel.Error), line => line.StartsWith($"The manifest {name.ManifestFile} in {fixture.Directory} cannot be used: ", StringComparison.Ordinal));
    }

    /// <summary>Whoever may write to storage can make a whole backup there, of roles and functions of his own.</summary>
    [Fact]
    public async Task A_backup_in_clear_is_not_believed_where_there_is_a_key()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        var run = Assert.Single(await fixture.Start().BackUpNowAsync()).Run;
        var key = ("Backups:Encryption:Keys", ArchiveKeys.Generate(TimeProvider.System));
        var app = fixture.Start(settings: [key]);
        var said = new List<string>();
        await using var target = fixture.Target();
        await using var accepted = fixture.Target();

        var copy = Assert.Single(await app.Services.GetRequiredService<BackupShelves>().ListAsync(Cancelled));
        var refused = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);
        var restored = await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(
            new(run.Id, accepted.Name, AcceptUnproved: true), new(said.Add), Cancelled);
        var allowing = fixture.Start(settings: [key, ("Backups:Encryption:AllowUnencrypted", "true")]);
        var allowed = await BackupsFixture.RestoreAsync(allowing, BackupChoice.Latest, target.Name);

        Assert.Equal(BackupState.Unverified, copy.State);
        Assert.Equal(
            (RestoreVerdict.Failed, $"{copy.Unproved} To restore it all the same, say so: --accept-unproved, or \"acceptUnproved\": true over HTTP. Nothing was created."),
            (refused.Verdict, refused.Message));
        Assert.Equal(RestoreVerdict.Restored, restored.Verdict);
        Assert.Contains($"Warning, restored all the same as you ask for: {copy.Unproved}", said);
        Assert.Equal(RestoreVerdict.Restored, allowed.Verdict);
    }

    /// <summary>As somebody can who has no key.</summary>
    private static string Reseal(string text)
    {
        var json = Regex.Match(text, "\\A\\{\"manifest\": ?(.*?), ?\"seal\": ?\"[^\"]*\"\\}\\s*\\z", RegexOptions.Singleline);
        Assert.True(json.Success, text);
        var manifest = json.Groups[1].Value;
        return text.Replace(
            text[(json.Groups[1].Index + json.Groups[1].Length)..],
            $", \"seal\": \"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)))}\"}}\n",
            StringComparison.Ordinal);
    }
}
