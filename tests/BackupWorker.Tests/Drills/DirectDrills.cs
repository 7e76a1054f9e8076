using Microsoft.AspNetCore.Mvc.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Tests.Drills;

/// <summary>Drills without a request, whose result comes back as it is.</summary>
internal static class DirectDrills
{
    /// <summary>Drills the newest backup of a database.</summary>
    public static async Task<DrillResult> DrillNowAsync(this WebApplicationFactory<BackupsOptions> app, string database, Action<string>? say = null)
    {
        using var deadline = app.Services.GetRequiredService<Deadlines>().Begin(TestContext.Current.CancellationToken);
        return await app.Services.GetRequiredService<DrillHandler>().DrillAsync(BackupChoice.Latest, database, new(say ?? (_ => { })), deadline);
    }
}
