using Microsoft.AspNetCore.Mvc.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Runs;

namespace ProdReady.BackupWorker.Tests;

/// <summary>Runs without a request, whose result comes back as it is.</summary>
internal static class DirectRuns
{
    /// <summary>Makes a backup of every configured database, or of some.</summary>
    public static async Task<IReadOnlyList<RunResult>> BackUpNowAsync(this WebApplicationFactory<BackupsOptions> app, params string[] databases)
    {
        var cancelled = TestContext.Current.CancellationToken;
        List<DirectConnection> wanted =
            [.. app.Services.GetRequiredService<BackupSources>().All().Where(source => databases.Length == 0 || databases.Contains(source.Database))];
        var started = Assert.IsType<StartOutcome.Started>(
            await app.Services.GetRequiredService<RunStarter>().TryStartAsync(RunTrigger.Command, wanted, cancelled));
        return await app.Services.GetRequiredService<BackupRunner>().RunAsync(started.Runs, cancelled);
    }
}
