using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Runs;
using ProdReady.ServiceDefaults;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A server of a class' own, and the program without anything that runs by itself.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-own-server-");

    public PostgresProcess Server { get; private set; } = null!;

    public string Backups => Path.Combine(_root.FullName, "backups");

    public async ValueTask InitializeAsync() => Server = await PostgresProcess.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    /// <summary>A folder below the server's and ours.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root.FullName, name)).FullName;

    /// <summary>Builds the program.</summary>
    public IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:prodready"] = Server.ConnectionString,
            ["Backups:Directory"] = Backups,
            ["Backups:PointInTime:Enabled"] = "true",
            ["Postgres:Bin"] = Environment.GetEnvironmentVariable("POSTGRES_BIN"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddPostgres();
        builder.AddBackups();
        return builder.Build();
    }

    internal Task<WalServer> ConnectAsync(string slot) =>
        WalServer.ConnectAsync(new DirectConnection(Server.ConnectionString, "test"), slot, TestContext.Current.CancellationToken);

    /// <summary>Makes a base backup.</summary>
    internal static async Task<BaseResult> MakeAsync(IHost host, Action<string>? say = null, CancellationTokenSource? end = null, Action<long, long>? bytes = null)
    {
        var home = host.Services.GetRequiredService<BackupSources>().Home;
        await using var held = await RunLock.TryTakeAsync(home, RunLock.Bases, TestContext.Current.CancellationToken);
        return await host.Services.GetRequiredService<BaseBackup>().MakeAsync(
            held!, new(say ?? (_ => { }), bytes), end?.Token ?? TestContext.Current.CancellationToken);
    }
}
