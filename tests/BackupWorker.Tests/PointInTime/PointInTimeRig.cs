using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A server of its own, the service that backs it up, and a folder of backups; each of them can be lost.</summary>
internal sealed class PointInTimeRig : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-point-in-time-");

    private readonly (string Key, string Value)[] _settings;

    private PointInTimeRig(PostgresProcess server, (string Key, string Value)[] settings) => (Server, _settings) = (server, settings);

    public PostgresProcess Server { get; }

    public ServiceProcess? Service { get; private set; }

    public string Backups => Path.Combine(_root.FullName, "backups");

    public string Spool => Path.Combine(_root.FullName, "wal");

    /// <summary>What storage alone needs.</summary>
    public Dictionary<string, string> Storage
    {
        get
        {
            var storage = new Dictionary<string, string>
            {
                ["BACKUP_DIR"] = Backups,
                ["BACKUP_ENCRYPTION_KEY"] = $"test:{Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())}",
            };
            foreach (var (key, value) in _settings)
            {
                storage[key] = value;
            }

            return storage;
        }
    }

    public static async Task<PointInTimeRig> StartAsync(params (string Key, string Value)[] settings)
    {
        var rig = new PointInTimeRig(await PostgresProcess.StartAsync(), settings);
        rig.Service = await ServiceProcess.StartAsync("BackupWorker", rig.Settings());
        return rig;
    }

    /// <summary>What a command needs beside storage to make a base backup.</summary>
    public Dictionary<string, string> StorageAndServer => new(Storage)
    {
        ["ConnectionStrings__prodready"] = Server.ConnectionString,
        ["BACKUP_POINT_IN_TIME"] = "true",
    };

    /// <summary>Makes a base backup.</summary>
    public async Task BaseAsync()
    {
        var made = await CliProcess.RunAsync(_root.FullName, ["base"], StorageAndServer);
        Assert.Equal((0, "", true), (made.ExitCode, Warnings(made.Error), made.Output.StartsWith("OK. Base backup ", StringComparison.Ordinal)));
    }

    /// <summary>Restores the server's data directory from storage alone.</summary>
    public Task<CliProcess> RestoreAsync(string at, params string[] further) =>
        CliProcess.RunAsync(_root.FullName, ["restore", "--at", at, "--data-directory", Server.DataDirectory, .. further], Storage);

    /// <summary>The last of the numbered rows, before which none is missing.</summary>
    public async Task<int> LastWithoutGapAsync()
    {
        var count = await BackupsFixture.ScalarAsync<long>(Server.ConnectionString, "SELECT count(*) FROM rows WHERE filler = repeat(md5(id::text), 30)");
        var last = await BackupsFixture.ScalarAsync<int>(Server.ConnectionString, "SELECT max(id) FROM rows");
        Assert.Equal(last, count);
        return last;
    }

    /// <summary>kill -9, and its disk is gone.</summary>
    public async Task LoseServerAsync()
    {
        await Server.KillAsync();
        Directory.Delete(Server.DataDirectory, recursive: true);
    }

    /// <summary>kill -9, and its disk is gone.</summary>
    public async Task LoseServiceAsync()
    {
        await Service!.KillAsync();
        Directory.Delete(Spool, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Service!.DisposeAsync();
        await Server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    private static string Warnings(string error) =>
        string.Join(Environment.NewLine, error.Split('\n').Where(line => line.StartsWith("Warning", StringComparison.Ordinal)));

    private Dictionary<string, string?> Settings()
    {
        var settings = Storage.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        settings["ConnectionStrings__prodready"] = Server.ConnectionString;
        settings["PRODREADY_ADMIN_KEY"] = BackupsFixture.AdminKey;
        settings["BACKUP_SCHEDULE"] = "off";
        settings["BACKUP_DRILL_SCHEDULE"] = "off";
        settings["BACKUP_BASE_SCHEDULE"] = "off";
        settings["BACKUP_POINT_IN_TIME"] = "true";
        settings["Backups__PointInTime__Spool"] = Spool;
        return settings;
    }
}
