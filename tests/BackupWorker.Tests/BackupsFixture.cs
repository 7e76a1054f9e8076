using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests;

/// <summary>A database, a folder, and the service on both; each of them can be started again.</summary>
internal sealed class BackupsFixture : IAsyncDisposable
{
    public const string AdminKey = "test-admin-key-0123456789abcdef";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _database;
    private readonly List<IAsyncDisposable> _owned = [];

    private BackupsFixture(TestDatabase database) => _database = database;

    public TestDatabase Database => _database;

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"prodready-backups-{Guid.NewGuid():N}");

    public string Directory => Path.Combine(Root, "backups");

    public IEnumerable<string> Files =>
        System.IO.Directory.Exists(Directory) ? System.IO.Directory.GetFiles(Directory).Select(file => Path.GetFileName(file)!).Order() : [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<BackupsFixture> CreateAsync(DataStores stores) => new(await stores.CreateDatabaseAsync());

    /// <summary>Starts the service.</summary>
    /// <param name="tools">Another folder of PostgreSQL's programs.</param>
    /// <param name="connection">Another database than the fixture's own.</param>
    public WebApplicationFactory<BackupsOptions> Start(string? tools = null, string? connection = null)
    {
        var app = new WebApplicationFactory<BackupsOptions>().WithWebHostBuilder(builder =>
        {
            builder.UseSetting("ConnectionStrings:prodready", connection ?? _database.ConnectionString);
            builder.UseSetting("Backups:Directory", Directory);
            builder.UseSetting("ApiKeys:AdminKey", AdminKey);
            if (tools is not null)
            {
                builder.UseSetting("Postgres:Bin", tools);
            }
        });
        _owned.Add(app);
        return app;
    }

    public static HttpClient ClientOf(WebApplicationFactory<BackupsOptions> app)
    {
        var client = app.CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", AdminKey);
        return client;
    }

    public static async Task<string> PostAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/backups", null, Cancelled);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var started = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        var id = started.GetProperty("id").GetString()!;
        Assert.Equal($"/backups/{id}", response.Headers.Location?.ToString());
        return id;
    }

    public static async Task<JsonElement> WhenEndedAsync(HttpClient client, string id)
    {
        JsonElement backup = default;
        await EventuallyAsync(async () =>
        {
            backup = await client.GetFromJsonAsync<JsonElement>($"/backups/{id}", Cancelled);
            return backup.GetProperty("status").GetString() != "running";
        });
        return backup;
    }

    /// <summary>Starts a backup and waits for it.</summary>
    public static async Task<JsonElement> BackUpAsync(HttpClient client) => await WhenEndedAsync(client, await PostAsync(client));

    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(Patience);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(25), patience.Token);
        }
    }

    public static async Task<RestoreResult> RestoreAsync(
        WebApplicationFactory<BackupsOptions> app, string which, string into, Action<string>? progress = null) =>
        await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(which, into, progress ?? (_ => { }), Cancelled);

    /// <summary>A database that a restore is to create; it is dropped at the end if it is there.</summary>
    public RestoredDatabase Target(string? name = null)
    {
        name ??= $"restored_{Guid.NewGuid():N}";
        var target = new RestoredDatabase(name, ConnectionTo(name), this);
        _owned.Add(target);
        return target;
    }

    public string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = database }.ConnectionString;

    public Task ExecuteAsync(string sql) => ExecuteAsync(_database.ConnectionString, sql);

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        await _database.DisposeAsync();
        if (System.IO.Directory.Exists(Root))
        {
            System.IO.Directory.Delete(Root, recursive: true);
        }
    }
}
