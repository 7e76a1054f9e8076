using System.Text.Json;
using ProdReady.BackupWorker.Dumping;

namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// What makes a backup exist: written last, after the archive was read back and decoded. It holds all that a restore needs
/// to know, so that storage alone suffices.
/// </summary>
internal sealed record BackupManifest
{
    /// <summary>The state of a backup whose archive was decoded after it was written.</summary>
    public const string Ok = "ok";

    public int Version { get; init; } = 1;
    public required string Id { get; init; }
    public required string Database { get; init; }
    public required string State { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>The archive's size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The archive's SHA-256 in lower-case hexadecimal, as <c>sha256sum</c> prints it.</summary>
    public required string Sha256 { get; init; }

    /// <summary>pg_dump's version.</summary>
    public required string ToolVersion { get; init; }
    public required string ServerVersion { get; init; }
    public required DatabaseLocale Locale { get; init; }
    public required DatabaseRoles Roles { get; init; }

    /// <summary>What the archive's snapshot held, counted in that same snapshot.</summary>
    public required DatabaseContent Content { get; init; }

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Names stay readable; the file is never part of a page
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };
}
