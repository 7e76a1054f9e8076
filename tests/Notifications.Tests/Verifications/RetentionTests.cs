using ProdReady.Notifications.Verifications;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>What is kept, and for how long.</summary>
public sealed class RetentionTests(DataStores stores) : VerificationTest(stores)
{
    [Fact]
    public async Task Codes_are_erased_when_they_are_of_no_use_and_everything_after_some_days()
    {
        var (app, caller) = Start(("Verifications:RetentionDays", "2"));
        await CheckAsync(caller, await BeginAsync(caller), await CodeAsync(app));
        await BeginAsync(caller, OtherNumber);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE code_hash IS NOT NULL OR sealed_code IS NOT NULL"));

        // The worker's own rounds may come on top: they do the same
        Time.Advance(TimeSpan.FromMinutes(10));
        var worker = app.Services.GetRequiredService<VerificationWorker>();
        await worker.RunOnceAsync(Cancellation);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE code_hash IS NOT NULL OR sealed_code IS NOT NULL"));
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM notifications.verifications"));

        Time.AdjustTime(Time.GetUtcNow() + TimeSpan.FromDays(2));
        await worker.RunOnceAsync(Cancellation);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verifications"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verification_sends"));
    }
}
