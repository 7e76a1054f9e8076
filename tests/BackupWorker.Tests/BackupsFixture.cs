using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests;

/// <summary>A database, a folder, and the service on both; each of them can be started again.</summary>
internal sealed class BackupsFixture : IAsyncDisposable
{
    public const string AdminKey = "test-admin-key-0123456789abcdef";

    private readonly TestDatabase _database;
    private readonly List<IAsyncDisposable> _owned = [];

    private BackupsFixture(TestDatabase database) => _database = database;

    public TestDatabase Database => _database;

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"prodready-backups-{Guid.NewGuid():N}");

    public string Directory => Path.Combine(Root, "backups");

    public IEnumerable<string> Files =>
        System.IO.Directory.Exists(Directory) ? System.IO.Directory.GetFiles(Directory).Select(file => Path.GetFileName(file)!).Order() : [];

    /// <summary>The environment of the executable, for the same database and folder.</summary>
    public Dictionary<string, string> CliSettings => new()
    {
        ["ConnectionStrings__prodready"] = _database.ConnectionString,
        ["BACKUP_DIR"] = Directory,
    };

    /// <summary>Waits until what a failed run has left is removed, which comes after its record.</summary>
    public Task EmptiedAsync() => Eventually.ReadAsync(() => Task.FromResult(Files.Count()), files => files == 0);

    /// <summary>The file of the backup's schema, of data, or another one.</summary>
    public string FileOf(string kind) => Path.Combine(Directory, Files.Single(file => file.Contains($".{kind}.", StringComparison.Ordinal)));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<BackupsFixture> CreateAsync(DataStores stores) => new(await stores.CreateDatabaseAsync());

    /// <summary>Starts the service.</summary>
    /// <param name="tools">Another folder of PostgreSQL's programs.</param>
    /// <param name="connection">Another database than the fixture's own.</param>
    /// <param name="settings">Further settings.</param>
    public WebApplicationFactory<BackupsOptions> Start(
        string? tools = null, string? connection = null, params (string Key, string Value)[] settings) =>
        Start(_ => { }, tools, connection, settings);

    /// <summary>Starts the service with some of its parts replaced.</summary>
    /// <param name="services">Replaces them.</param>
    /// <param name="tools">Another folder of PostgreSQL's programs.</param>
    /// <param name="connection">Another database than the fixture's own.</param>
    /// <param name="settings">Further settings.</param>
    public WebApplicationFactory<BackupsOptions> Start(
        Action<IServiceCollection> services, string? tools = null, string? connection = null, params (string Key, string Value)[] settings)
    {
        var app = new WebApplicationFactory<BackupsOptions>().WithWebHostBuilder(builder =>
        {
            builder.UseSetting("ConnectionStrings:prodready", connection ?? _database.ConnectionString);
            builder.UseSetting("Backups:Directory", Directory);
            builder.UseSetting("ApiKeys:AdminKey", AdminKey);
            // A first start would make up for the night before
            builder.UseSetting("Backups:Schedule:Cron", "off");
            builder.UseSetting("Backups:Schedule:DrillCron", "off");
            foreach (var (key, value) in settings)
            {
                builder.UseSetting(key, value);
            }

            if (tools is not null)
            {
                builder.UseSetting("Postgres:Bin", tools);
            }

            builder.ConfigureTestServices(services);
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
        var started = Assert.Single((await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("backups").EnumerateArray());
        var id = started.GetProperty("id").GetString()!;
        Assert.Equal($"/backups/{id}", response.Headers.Location?.ToString());
        return id;
    }

    public static Task<JsonElement> WhenEndedAsync(HttpClient client, string id) => Eventually.ReadAsync(
        () => client.GetFromJsonAsync<JsonElement>($"/backups/{id}", Cancelled),
        backup => backup.GetProperty("status").GetString() is not ("running" or "waiting"));

    /// <summary>Starts a backup and waits for it.</summary>
    public static async Task<JsonElement> BackUpAsync(HttpClient client) => await WhenEndedAsync(client, await PostAsync(client));

    /// <summary>Whether the server has a database of that name.</summary>
    public Task<bool> ExistsAsync(string database) => ScalarAsync<bool>(
        _database.ConnectionString, $"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{database}')");

    /// <summary>Flips a bit in the middle of a file.</summary>
    public static async Task GarbleAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancelled);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancelled);
    }

    public static async Task<RestoreResult> RestoreAsync(
        WebApplicationFactory<BackupsOptions> app, string which, string into, Action<string>? progress = null) =>
        await app.Services.GetRequiredService<RestoreHandler>().RestoreAsync(new(which, into), new(progress ?? (_ => { })), Cancelled);

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
        // A million rows take a while
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        // A million rows take a while
        command.CommandTimeout = 0;
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
