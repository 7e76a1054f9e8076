using System.Globalization;
using System.Text.Json.Serialization;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>What makes a base backup exist: written last, after its file was read back. A restore needs it and the log from its start on.</summary>
internal sealed record BaseManifest
{
    /// <summary>The version of the format that is written and read.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }
    public required string Id { get; init; }

    /// <summary>The server's name in the settings.</summary>
    public required string Label { get; init; }

    /// <summary>When it was begun, by our clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was complete, by the server's clock: it can be restored to any time after that.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The server's system identifier, in hexadecimal.</summary>
    public required string System { get; init; }
    public required uint Timeline { get; init; }

    /// <summary>The log is needed from here on, such as <c>0/2000028</c>.</summary>
    public required string StartPosition { get; init; }

    /// <summary>What it holds is consistent from here on.</summary>
    public required string EndPosition { get; init; }
    public required long SegmentSize { get; init; }
    public required string ServerVersion { get; init; }

    /// <summary>pg_basebackup's version.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>The file that holds it: a tar archive.</summary>
    public required string File { get; init; }
    public required ArchiveFacts Archive { get; init; }

    /// <summary><see cref="System"/> as a number.</summary>
    [JsonIgnore]
    public ulong SystemNumber => ulong.Parse(System, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>The first file of the log that a restore needs.</summary>
    [JsonIgnore]
    public WalSegment First => WalSegment.Of(Timeline, WalPosition.Parse(StartPosition), SegmentSize);

    /// <summary>The last file of the log without which it cannot be restored at all.</summary>
    [JsonIgnore]
    public WalSegment Last => WalSegment.Of(Timeline, new(WalPosition.Parse(EndPosition).Value - 1), SegmentSize);
}
