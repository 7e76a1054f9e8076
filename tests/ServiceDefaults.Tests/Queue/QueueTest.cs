using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>A test class with a database of its own, and as many processes on it as a test wants.</summary>
public abstract class QueueTest(DataStores stores) : IAsyncLifetime
{
    private readonly List<QueueApp> _apps = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await stores.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a process; without a handler it does not work the queue off by itself.</summary>
    private protected async Task<QueueApp> StartAsync(
        Func<Job<Item>, CancellationToken, Task<JobOutcome>>? handle = null, params (string Key, string Value)[] settings)
    {
        var app = await QueueApp.StartAsync(Database.ConnectionString, handle, settings);
        _apps.Add(app);
        return app;
    }

    private protected static NewJob<Item> New(int number, string? key = null) => new(new Item(number)) { OrderingKey = key };

    private protected static Item Read(ClaimedJob job) =>
        System.Text.Json.JsonSerializer.Deserialize(job.Payload, ItemJson.Default.Item)!;
}
