using System.Diagnostics;
using Npgsql;
using ProdReady.Bench.Measuring;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Backups;

/// <summary>The reference: PostgreSQL's programs as one types them.</summary>
internal sealed class PlainTools(BenchDatabase database, string folder, bool hasZstd)
{
    private readonly NpgsqlConnectionStringBuilder _server = new(database.ConnectionString);

    private string Archive => Path.Combine(folder, "reference.dump");

    /// <summary>The size of the last dump.</summary>
    public long DumpedBytes { get; private set; }

    /// <summary>What is dumped with.</summary>
    public string DumpName => hasZstd ? "pg_dump -Fc -Z zstd:3" : "pg_dump -Fc -Z0 | zstd -3 -T0";

    /// <summary>What is restored with. Older versions cannot restore what was compressed outside of them by several jobs.</summary>
    public string RestoreName => hasZstd ? "pg_restore -j2 of -Fc -Z zstd:3" : "pg_restore -j2 of -Fc -Z0, not compressed";

    /// <summary>Finds out what there is.</summary>
    public static async Task<PlainTools> FindAsync(BenchDatabase database, string folder, CancellationToken cancellationToken)
    {
        // It says so before it looks for a server; without the method, or before version 16, it fails as well, with other words
        var (_, output) = await Programs.RunAsync(
            new()
            {
                Name = "pg_dump",
                FileName = database.Binaries["pg_dump"],
                Arguments = ["-Fc", "-Z", "zstd:3", "-d", "host=127.0.0.1 port=1"],
            },
            cancellationToken);
        return new(database, folder, output.Contains("port 1", StringComparison.Ordinal));
    }

    /// <summary>Dumps once.</summary>
    /// <returns>Seconds.</returns>
    public async Task<double> DumpAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "reference");
        var seconds = await RunAsync(
            hasZstd
                ? "\"$0\" -Fc -Z zstd:3 -f \"$1\" \"$2\""
                : "\"$0\" -Fc -Z0 \"$2\" | zstd -q -f -3 -T0 -o \"$1\"",
            cancellationToken, database.Binaries["pg_dump"], file, _server.Database!);
        DumpedBytes = new FileInfo(file).Length;
        File.Delete(file);
        return seconds;
    }

    /// <summary>Makes what <see cref="RestoreAsync"/> restores.</summary>
    public Task PrepareRestoreAsync(CancellationToken cancellationToken) => RunAsync(
        "\"$0\" -Fc -Z \"$3\" -f \"$1\" \"$2\"", cancellationToken, database.Binaries["pg_dump"], Archive, _server.Database!, hasZstd ? "zstd:3" : "0");

    /// <summary>Restores once into a database that is there and empty.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> RestoreAsync(string into, CancellationToken cancellationToken) => RunAsync(
        "\"$0\" -j2 --exit-on-error -d \"$1\" \"$2\"", cancellationToken, database.Binaries["pg_restore"], into, Archive);

    private async Task<double> RunAsync(string command, CancellationToken cancellationToken, params string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "bash",
                FileName = "bash",
                Arguments = ["-o", "pipefail", "-c", command, .. arguments],
                Environment = new Dictionary<string, string?>
                {
                    ["PGHOST"] = _server.Host,
                    ["PGPORT"] = $"{_server.Port}",
                    ["PGUSER"] = _server.Username,
                    ["PGPASSWORD"] = _server.Password,
                },
            },
            cancellationToken);
        return exitCode == 0 ? Stopwatch.GetElapsedTime(started).TotalSeconds : throw new InvalidOperationException($"{command} failed: {output}");
    }
}
