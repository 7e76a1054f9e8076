using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class KeyGuardTests(DataStores stores)
{
    private const string Keys = "Backups:Encryption:Keys";
    private static readonly string Key = $"2026-11:{Convert.ToBase64String(new byte[32])}";

    [Fact]
    public async Task A_database_that_was_encrypted_is_not_stored_in_clear()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using (var client = BackupsFixture.ClientOf(fixture.Start(settings: (Keys, Key))))
        {
            var encrypted = await BackupsFixture.BackUpAsync(client);
            Assert.All(encrypted.GetProperty("files").EnumerateArray(), file => Assert.Equal("2026-11", file.GetProperty("keyId").GetString()));
            Assert.All(
                fixture.Files.Where(file => !file.EndsWith(".json", StringComparison.Ordinal)),
                file => Assert.EndsWith(".zst.enc", file, StringComparison.Ordinal));
        }

        var before = fixture.Files.ToList();
        using var next = BackupsFixture.ClientOf(fixture.Start());
        var refused = await BackupsFixture.BackUpAsync(next);

        Assert.Equal("failed", refused.GetProperty("status").GetString());
        Assert.EndsWith(
            "is encrypted, and BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) is not set here, so that this one would not be. "
            + "Set it; or, if backups are to be in clear from now on, Backups:Encryption:AllowUnencrypted=true.",
            refused.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, fixture.Files);
    }

    [Fact]
    public async Task Where_the_backups_so_far_cannot_be_looked_at_none_is_stored_in_clear()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var isAway = true;
        var app = fixture.StartOnTwo((step, _) => step == "list" && isAway);

        var refused = Assert.Single(await app.BackUpNowAsync());
        isAway = false;
        var first = Assert.Single(await app.BackUpNowAsync());
        isAway = true;
        var next = Assert.Single(await app.BackUpNowAsync());

        Assert.Equal(
            $"BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) is not set here, and whether the backups of '{fixture.Database.Name}' are encrypted "
            + "cannot be found out: The list failed. Set it; or, if backups are to be in clear, Backups:Encryption:AllowUnencrypted=true.",
            refused.Error);
        Assert.Null(first.Error);
        // The near one tells enough
        Assert.Null(next.Error);
    }

    [Fact]
    public async Task It_is_where_that_is_said()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using (var client = BackupsFixture.ClientOf(fixture.Start(settings: (Keys, Key))))
        {
            await BackupsFixture.BackUpAsync(client);
        }

        using var next = BackupsFixture.ClientOf(fixture.Start(settings: ("Backups:Encryption:AllowUnencrypted", "true")));

        Assert.Equal("ok", (await BackupsFixture.BackUpAsync(next)).GetProperty("status").GetString());
    }
}
