using System.Formats.Tar;
using System.Text.Json;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>What the tar archive of a base backup says of itself.</summary>
/// <param name="Timeline">The server's timeline.</param>
/// <param name="Start">The log is needed from here on.</param>
/// <param name="End">What it holds is consistent from here on.</param>
internal sealed record BaseContents(uint Timeline, WalPosition Start, WalPosition End)
{
    private const string Manifest = "backup_manifest";

    private static readonly string[] Needed = ["backup_label", "PG_VERSION", "global/pg_control", Manifest];

    /// <summary>Reads a whole archive, and the positions out of PostgreSQL's own manifest in it.</summary>
    /// <exception cref="ArchiveDamagedException">It is no base backup, or only a part of one.</exception>
    public static async Task<BaseContents> ReadAsync(string file, Stream tar, CancellationToken cancellationToken)
    {
        try
        {
            var missing = Needed.ToHashSet();
            BaseContents? contents = null;
            await using var reader = new TarReader(tar, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                missing.Remove(entry.Name);
                if (entry is { Name: Manifest, DataStream: { } data })
                {
                    contents = await ReadManifestAsync(data, cancellationToken);
                }
            }

            return missing.Count == 0
                ? contents ?? throw new InvalidDataException($"its {Manifest} names no part of the write-ahead log")
                : throw new InvalidDataException($"it lacks {string.Join(", ", missing.Order(StringComparer.Ordinal))}");
        }
        catch (Exception exception)
            when (exception is InvalidDataException or EndOfStreamException or JsonException or FormatException or KeyNotFoundException)
        {
            throw new ArchiveDamagedException($"{file} is no whole base backup: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private static async Task<BaseContents?> ReadManifestAsync(Stream json, CancellationToken cancellationToken)
    {
        using var manifest = await JsonDocument.ParseAsync(json, default, cancellationToken);
        var ranges = manifest.RootElement.GetProperty("WAL-Ranges").EnumerateArray().ToList();
        return ranges is [var range]
            ? new(
                range.GetProperty(nameof(Timeline)).GetUInt32(),
                WalPosition.Parse(range.GetProperty("Start-LSN").GetString()!),
                WalPosition.Parse(range.GetProperty("End-LSN").GetString()!))
            : null;
    }
}
