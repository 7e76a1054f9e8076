using Microsoft.Extensions.Time.Testing;
using ProdReady.Notifications.Messages;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sending;

/// <summary>What happens to a message whose sender dies between its claim and its outcome.</summary>
public sealed class LeaseTests(DataStores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;
    private TwilioFake _twilio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _twilio = await TwilioFake.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _twilio.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task It_becomes_unknown_and_is_not_sent()
    {
        var claimed = await ClaimAndDieAsync();
        _time.Advance(Lease + TimeSpan.FromSeconds(1));
        await using var app = NotificationsApp.Create(_database, _twilio.BaseUrl, _time);
        using var caller = app.CreateCaller();
        var message = await NotificationsApp.WaitForAsync(caller, claimed.Id, "unknown");
        Assert.Equal("The sender died before it could say what came of the call.", message.GetProperty("error").GetString());

        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "second"), "sent");
        Assert.Equal("second", Assert.Single(_twilio.Calls).Body);
    }

    [Fact]
    public async Task It_stays_sending_while_its_lease_lasts()
    {
        var claimed = await ClaimAndDieAsync();
        _time.Advance(Lease);
        await using var app = NotificationsApp.CreateUnconfigured(_database, _time);
        var store = app.Services.GetRequiredService<MessageStore>();
        Assert.Empty(await store.ExpireLeasesAsync("died", Token));
        Assert.Equal("sending", (await store.FindAsync(claimed.Id, Token))?.Status);
    }

    [Fact]
    public async Task An_outcome_that_comes_late_still_counts()
    {
        var claimed = await ClaimAndDieAsync();
        await using var app = NotificationsApp.CreateUnconfigured(_database, _time);
        var store = app.Services.GetRequiredService<MessageStore>();
        _time.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal([claimed.Id], await Eventually.ReadAsync(() => ExpiredAsync(store, claimed.Id), ids => ids.Count == 1));

        Assert.True(await store.RecordAsync(claimed, new(MessageStatus.Sent, "SM1"), Token));
        Assert.Equal("sent", (await store.FindAsync(claimed.Id, Token))?.Status);
    }

    [Fact]
    public async Task An_outcome_of_an_earlier_attempt_does_not_count()
    {
        var claimed = await ClaimAndDieAsync();
        await using var app = NotificationsApp.CreateUnconfigured(_database, _time);
        var store = app.Services.GetRequiredService<MessageStore>();
        Assert.False(await store.RecordAsync(claimed with { Attempt = 0 }, new(MessageStatus.Failed), Token));
        Assert.True(await store.RecordAsync(claimed, new(MessageStatus.Sent, "SM1"), Token));
        Assert.False(await store.RecordAsync(claimed, new(MessageStatus.Failed), Token));
        Assert.Equal("sent", (await store.FindAsync(claimed.Id, Token))?.Status);
    }

    private static async Task<IReadOnlyList<Guid>> ExpiredAsync(MessageStore store, Guid id)
    {
        // Either this finds it, or the service's own worker did
        await store.ExpireLeasesAsync("died", Token);
        return (await store.FindAsync(id, Token))?.Status == MessageStatus.Unknown ? [id] : [];
    }

    private async Task<ClaimedMessage> ClaimAndDieAsync()
    {
        await using var app = NotificationsApp.CreateUnconfigured(_database, _time);
        var store = app.Services.GetRequiredService<MessageStore>();
        await store.AddAsync(new(Guid.NewGuid(), NotificationsApp.Number, "first", null, [], "c", null), Token);
        return Assert.Single(await store.ClaimAsync(10, Lease, Token));
    }
}
