using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Backups;

/// <summary>
/// Dump, compression, encryption and storing of mixed data by the product's own process, against PostgreSQL's programs and zstd; then the restore.
/// The product's start and its reading back of what it stored are not in the times: the reference does not do that at all.
/// </summary>
internal sealed class BackupBenchmark
{
    private const int Rounds = 3;
    private const double Megabyte = 1_000_000;
    private static readonly TimeProvider Time = TimeProvider.System;
    private static Task<BackupBenchmark>? _measured;

    private readonly List<double> _verifications = [];
    private (double Ours, double Reference) _dump;
    private (double Ours, double Reference) _restore;
    private string _dumpName = "";
    private string _restoreName = "";
    private long _peak;

    /// <summary>MB of tables in a second.</summary>
    public static async Task<Comparison> DumpAsync(CancellationToken cancellationToken)
    {
        var measured = await MeasureOnceAsync(cancellationToken);
        return new(measured._dump.Ours, measured._dump.Reference, "MB/s", measured._dumpName, "at least 0.95");
    }

    /// <summary>The same of restores.</summary>
    public static async Task<Comparison> RestoreAsync(CancellationToken cancellationToken)
    {
        var measured = await MeasureOnceAsync(cancellationToken);
        return new(measured._restore.Ours, measured._restore.Reference, "MB/s", measured._restoreName, "at least 0.90");
    }

    /// <summary>The most that any of the processes took.</summary>
    public static async Task<Comparison> MemoryAsync(CancellationToken cancellationToken) =>
        new((await MeasureOnceAsync(cancellationToken))._peak / Megabyte, 200, "MB", "the limit, at any size", "under 1.00");

    /// <summary>One database and one series of runs for all figures.</summary>
    private static Task<BackupBenchmark> MeasureOnceAsync(CancellationToken cancellationToken) => _measured ??= MeasureAsync(cancellationToken);

    private static async Task<BackupBenchmark> MeasureAsync(CancellationToken cancellationToken)
    {
        var benchmark = new BackupBenchmark();
        var folder = Directory.CreateTempSubdirectory("prodready-bench-backups-").FullName;
        try
        {
            await using var database = await BenchDatabase.StartAsync(cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var size = await MixedData.CreateAsync(database, cancellationToken);
            Console.WriteLine($"  {size / Megabyte:N0} MB of tables, generated in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
            await benchmark.MeasureAsync(database, size, folder, cancellationToken);
            return benchmark;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync(BenchDatabase database, long size, string folder, CancellationToken cancellationToken)
    {
        var plain = await PlainTools.FindAsync(database, folder, cancellationToken);
        (_dumpName, _restoreName) = (plain.DumpName, plain.RestoreName);
        var backups = Path.Combine(folder, "backups");
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__prodready"] = database.ConnectionString,
            ["BACKUP_DIR"] = backups,
            ["BACKUP_ENCRYPTION_KEY"] = $"bench:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
            ["POSTGRES_BIN"] = database.Binaries.Directory,
        };
        _dump = PerSecond(size, await Alternating.MedianAsync(
            Rounds,
            () => DumpAsync(database, settings, backups, cancellationToken),
            async () =>
            {
                await database.CheckpointAsync(cancellationToken);
                return await plain.DumpAsync(cancellationToken);
            }));
        var stored = new DirectoryInfo(backups).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Console.WriteLine($"  {stored / Megabyte:N0} MB stored against {plain.DumpedBytes / Megabyte:N0} MB");
        Console.WriteLine($"  reading back and decoding took {Alternating.Median([.. _verifications]):F1} s more, which the reference does not do");
        await plain.PrepareRestoreAsync(cancellationToken);
        _restore = PerSecond(size, await Alternating.MedianAsync(
            Rounds,
            () => IntoNewAsync(database, "ours", create: false, into => RestoreAsync(into, settings, cancellationToken), cancellationToken),
            () => IntoNewAsync(database, "reference", create: true, into => plain.RestoreAsync(into, cancellationToken), cancellationToken)));
        Console.WriteLine($"  peak memory of the command line, folder: {_peak / Megabyte:F0} MB");
        var service = await ServiceMemory.PeakAsync(settings, cancellationToken);
        Console.WriteLine($"  peak memory of the service, folder and bucket, two backups: {service / Megabyte:F0} MB");
        _peak = Math.Max(_peak, service);
    }

    private async Task<double> DumpAsync(
        BenchDatabase database, Dictionary<string, string?> settings, string backups, CancellationToken cancellationToken)
    {
        if (Directory.Exists(backups))
        {
            // The disk holds one at a time, and the last one is for the restores
            Directory.Delete(backups, recursive: true);
        }

        await database.CheckpointAsync(cancellationToken);
        // Timestamps of the process' lines and wall-clock times of its files meet here
        var (wall, timestamp) = (Time.GetUtcNow(), Stopwatch.GetTimestamp());
        var run = await ProductProcess.RunAsync(["run"], settings, cancellationToken);
        _peak = Math.Max(_peak, run.PeakBytes);
        var started = wall + Stopwatch.GetElapsedTime(timestamp, run.At("Backing up "));
        var check = Directory.GetFiles(backups, "*.check.json").Single();
        var stored = Read(check[..^".check.json".Length] + ".json").GetProperty("manifest").GetProperty("completedAt").GetDateTimeOffset();
        _verifications.Add((Read(check).GetProperty("checkedAt").GetDateTimeOffset() - stored).TotalSeconds);
        return (stored - started).TotalSeconds;
    }

    private async Task<double> RestoreAsync(string into, Dictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        var run = await ProductProcess.RunAsync(["restore", "latest", "--into", into], settings, cancellationToken);
        _peak = Math.Max(_peak, run.PeakBytes);
        return Stopwatch.GetElapsedTime(run.At("Restoring backup "), run.At("Counting the rows")).TotalSeconds;
    }

    private static async Task<double> IntoNewAsync(
        BenchDatabase database, string name, bool create, Func<string, Task<double>> restore, CancellationToken cancellationToken)
    {
        if (create)
        {
            await database.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0", cancellationToken);
        }

        await database.CheckpointAsync(cancellationToken);
        var seconds = await restore(name);
        await database.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)", cancellationToken);
        return seconds;
    }

    private static (double Ours, double Reference) PerSecond(long size, (double Ours, double Reference) seconds)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seconds.Ours:F1} s against {seconds.Reference:F1} s"));
        return (size / Megabyte / seconds.Ours, size / Megabyte / seconds.Reference);
    }

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }
}
