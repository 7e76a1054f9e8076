using System.Globalization;
using ProdReady.BackupWorker.Tests.Cli;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>The proof: the server and all that runs beside it are lost, and what storage holds brings the committed rows back.</summary>
public sealed class PointInTimeTests
{
    private const string MissingProgram = "recovery_end_command = 'exit 200'";

    internal static readonly TimeSpan MostLost = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Lost_server_comes_back_as_it_was_seconds_before_and_as_it_was_at_any_time()
    {
        await using var rig = await PointInTimeRig.StartAsync();
        await using var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString);
        // What the lost machine had, the next one may not have: recovery must not need it, and the server is to get it back
        await BackupsFixture.ExecuteAsync(rig.Server.ConnectionString, $"ALTER SYSTEM SET {MissingProgram}");
        await rig.BaseAsync();
        await rows.MoreAsync(100);

        // Neither what it had received nor what it knew may be needed: the server keeps what storage does not hold
        await rig.LoseServiceAsync();
        await BackupsFixture.ExecuteAsync(rig.Server.ConnectionString, "SELECT pg_switch_wal()");
        await rows.MoreAsync(100);
        await rig.Service!.RestartAsync();
        var (middle, lastOfMiddle) = await rows.PointAsync();
        await rows.MoreAsync(600);

        await rig.LoseServerAsync();
        await rig.LoseServiceAsync();
        await rows.EndAsync();

        var latest = await rig.RestoreAsync("latest");
        AssertRestored(latest);
        AssertSystemSettings(rig);
        await rig.Server.RestartAsync();
        var last = await rig.LastWithoutGapAsync();
        var lost = last >= rows.Last ? TimeSpan.Zero : rows.Before(last);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Math.Max(0, rows.Last - last)} of {rows.Last} rows are lost, which were committed in the last {lost.TotalSeconds:F2} s.");
        Assert.InRange(lost, TimeSpan.Zero, MostLost);
        Assert.InRange(last, lastOfMiddle + 1, rows.Last + 1);

        await rig.LoseServerAsync();
        var toMiddle = await rig.RestoreAsync(middle.ToString("O", CultureInfo.InvariantCulture));
        AssertRestored(toMiddle);
        await rig.Server.RestartAsync();
        Assert.Equal(lastOfMiddle, await rig.LastWithoutGapAsync());

        // Of an incident's night, "OK" must not be the word where log is missing
        await rig.LoseServerAsync();
        var third = Directory.GetFiles(rig.Backups, "*.000000010000000000000003.json").Single();
        File.Move(third, third + ".away");
        var missing = await rig.RestoreAsync("latest");
        Assert.Equal((10, ""), (missing.ExitCode, missing.Output));
        Assert.Contains("NOT ALL OF IT IS THERE. The write-ahead log of timeline 1 goes on in storage, but 000000010000000000000003 is whole", missing.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(rig.Server.DataDirectory, "PG_VERSION")));
        File.Move(third + ".away", third);

        Directory.Delete(rig.Server.DataDirectory, recursive: true);
        var never = await rig.RestoreAsync("2099-01-01");
        Assert.Equal(1, never.ExitCode);
        Assert.Matches(
            @"The write-ahead log of timeline 1 reaches until [0-9-]+ [0-9:.]+Z, when its last transaction was committed; whether any followed until "
            + @"2099-01-01 00:00:00Z cannot be told from it\. For all that there is, use --at latest\.",
            never.Error);
        Assert.False(Directory.Exists(rig.Server.DataDirectory));

        var before = await rig.RestoreAsync("2020-01-01");
        Assert.Equal(3, before.ExitCode);
        Assert.Matches(@"There is no base backup from before 2020-01-01 00:00:00Z in .*\. The earliest time that can be restored is [0-9-]+ [0-9:.]+Z\.", before.Error);
    }

    /// <summary>A restored server goes on with a timeline and a slot of its own, and can be lost again.</summary>
    [Fact]
    public async Task Restored_server_is_backed_up_and_comes_back_again()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes a minute; run it with --long");
        await using var rig = await PointInTimeRig.StartAsync(("Backups__PointInTime__BasesKept", "1"));
        var lastOfFirst = 0;
        await using (var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString))
        {
            await rig.BaseAsync();
            await rows.MoreAsync(1000);
            await rig.LoseServerAsync();
            await rig.LoseServiceAsync();
            AssertRestored(await rig.RestoreAsync("latest"));
            await rig.Server.RestartAsync();
            lastOfFirst = await rig.LastWithoutGapAsync();
        }

        await BackupsFixture.ExecuteAsync(rig.Server.ConnectionString, "ALTER TABLE rows RENAME TO former");
        await rig.Service!.RestartAsync();
        await using (var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString))
        {
            // From the base backup of before, over to the new timeline
            await rows.MoreAsync(1000);
            await rig.LoseServerAsync();
            await rig.LoseServiceAsync();
            AssertRestored(await rig.RestoreAsync("latest"));
            await rig.Server.RestartAsync();
            Assert.InRange(await rig.LastWithoutGapAsync(), 1, rows.Last + 1);
        }

        await rig.Service.RestartAsync();
        await rig.BaseAsync();
        Assert.Single(Directory.GetFiles(rig.Backups, "*.base.json"));
        Assert.Empty(Directory.GetFiles(rig.Backups, "*.000000010000000000000002.*"));
        await rig.LoseServerAsync();
        AssertRestored(await rig.RestoreAsync("latest"));
        await rig.Server.RestartAsync();
        Assert.Equal(lastOfFirst, await BackupsFixture.ScalarAsync<long>(rig.Server.ConnectionString, "SELECT count(*) FROM former"));
    }

    /// <summary>A server that was taken back to before a mistake, which turned out to be none: what was written after it is on the old timeline.</summary>
    [Fact]
    public async Task What_was_written_after_the_parting_comes_back_along_the_old_timeline()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes a minute; run it with --long");
        await using var rig = await PointInTimeRig.StartAsync();
        var lastOfMiddle = 0;
        await using (var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString))
        {
            await rig.BaseAsync();
            await rows.MoreAsync(100);
            (var middle, lastOfMiddle) = await rows.PointAsync();
            await rows.MoreAsync(1000);
            // Newer than the one that leads to what the server will be, and of what it is taken back from
            await rig.BaseAsync();
            await rows.MoreAsync(100);
            await rig.LoseServerAsync();
            await rig.LoseServiceAsync();
            AssertRestored(await rig.RestoreAsync(middle.ToString("O", CultureInfo.InvariantCulture)));
        }

        await rig.Server.RestartAsync();
        Assert.Equal(lastOfMiddle, await rig.LastWithoutGapAsync());
        await BackupsFixture.ExecuteAsync(rig.Server.ConnectionString, "ALTER TABLE rows RENAME TO former");
        await rig.Service!.RestartAsync();
        await using (var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString))
        {
            await rows.MoreAsync(1000);
            await rig.LoseServerAsync();
            await rig.LoseServiceAsync();
        }

        AssertRestored(await rig.RestoreAsync("latest", "--timeline", "1"));
        await rig.Server.RestartAsync();
        Assert.True(await rig.LastWithoutGapAsync() > lastOfMiddle);
        Assert.False(await HasFormerAsync());
        await rig.LoseServerAsync();

        AssertRestored(await rig.RestoreAsync("latest"));
        await rig.Server.RestartAsync();
        Assert.True(await HasFormerAsync());
        Assert.Equal(lastOfMiddle, await BackupsFixture.ScalarAsync<long>(rig.Server.ConnectionString, "SELECT count(*) FROM former"));
        await rig.LoseServerAsync();

        var never = await rig.RestoreAsync("latest", "--timeline", "7");
        Assert.Equal(3, never.ExitCode);
        Assert.Matches("Timeline 7 does not go through base backup [0-9a-z]{8}, or its history is in no destination\\.", never.Error);
        Assert.False(Directory.Exists(rig.Server.DataDirectory));
        Task<bool> HasFormerAsync() => BackupsFixture.ScalarAsync<bool>(rig.Server.ConnectionString, "SELECT to_regclass('former') IS NOT NULL");
    }

    internal static void AssertRestored(CliProcess restored) =>
        Assert.True(restored.ExitCode == 0 && restored.Output.StartsWith("OK. Base backup ", StringComparison.Ordinal), restored.Error);

    private static void AssertSystemSettings(PointInTimeRig rig) => Assert.Contains(
        MissingProgram,
        File.ReadAllText(Path.Combine(rig.Server.DataDirectory, "postgresql.auto.conf")), StringComparison.Ordinal);
}
