using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// What makes a backup exist: written last, after its files were read back and decoded. It never changes, and holds all that a restore
/// needs to know, so that storage alone suffices.
/// </summary>
internal sealed record BackupManifest
{
    /// <summary>The version of the format that is written and read.</summary>
    public const int CurrentVersion = 2;

    public required int Version { get; init; }
    public required string Id { get; init; }
    public required string Database { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>The files, in the order in which a restore needs them.</summary>
    public required IReadOnlyList<ManifestPart> Parts { get; init; }

    /// <summary>pg_dump's version.</summary>
    public required string ToolVersion { get; init; }
    public required string ServerVersion { get; init; }

    /// <summary>The position in the write-ahead log at which the snapshot was taken, such as <c>0/1A2B3C4</c>.</summary>
    public required string WalPosition { get; init; }
    public required DatabaseLocale Locale { get; init; }
    public required DatabaseRoles Roles { get; init; }

    /// <summary>What the snapshot held, counted in that same snapshot.</summary>
    public required DatabaseContent Content { get; init; }

    /// <summary>How many dumped rows side by side.</summary>
    public required int Jobs { get; init; }

    /// <summary>How hard its files were compressed; nothing where they were not, or by a version that did not tell.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>What the operator should know about this backup, such as that it is much smaller than the one before.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The stored bytes of all files.</summary>
    [JsonIgnore]
    public long Size => Parts.Sum(part => part.Facts.Size);

    /// <summary>The files' bytes before compression and encryption.</summary>
    [JsonIgnore]
    public long ContentSize => Parts.Sum(part => part.Facts.ContentSize);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Names stay readable; the file is never part of a page
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>How files differ from what this says, or nothing.</summary>
    /// <param name="name">The backup's own name.</param>
    /// <param name="files">Its files in a destination.</param>
    /// <param name="location">Where that is, for people.</param>
    public string? DamageOf(BackupName name, IReadOnlyList<StoredFile> files, string location)
    {
        foreach (var part in Parts)
        {
            // A manifest that names another backup's file would have that one restored
            if (!BackupName.TryParseFile(part.File, out var owner, out _) || owner != name)
            {
                return $"The manifest names the file {part.File}, which is another backup's.";
            }

            if (files.FirstOrDefault(file => file.Name == part.File) is not { } file)
            {
                return $"The file {part.File} is missing in {location}.";
            }

            if (file.Size != part.Facts.Size)
            {
                return $"The file {part.File} in {location} has {file.Size} bytes; the manifest says {part.Facts.Size}.";
            }
        }

        return null;
    }
}
