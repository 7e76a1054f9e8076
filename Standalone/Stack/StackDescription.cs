using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Standalone.Stack;

/// <summary>A running stack as <c>stack.json</c> tells it: where everything is, and how to get in.</summary>
public sealed record StackDescription
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The edge: everything else is reachable through it.</summary>
    public required ServiceAddress Gateway { get; init; }

    /// <summary>The Webhooks service itself.</summary>
    public required ServiceAddress Webhooks { get; init; }

    /// <summary>The Notifications service itself.</summary>
    public required ServiceAddress Notifications { get; init; }

    /// <summary>The BackupWorker service itself, and its folder.</summary>
    public required ServiceAddress Backups { get; init; }

    /// <summary>The Aspire dashboard, if it runs.</summary>
    public ServiceAddress? Dashboard { get; init; }

    /// <summary>Of the data stores, in the drivers' form.</summary>
    public required DataStoreAddresses ConnectionStrings { get; init; }

    /// <summary>The API key with every scope.</summary>
    public required string AdminKey { get; init; }

    /// <summary>Process ids by part; <c>supervisor</c> is the one to signal.</summary>
    public required IReadOnlyDictionary<string, int> Pids { get; init; }

    /// <summary>Reads a file that <see cref="WriteAsync"/> wrote.</summary>
    /// <returns><see langword="null"/> if there is none.</returns>
    public static async Task<StackDescription?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<StackDescription>(file, Json, cancellationToken);
    }

    /// <summary>Writes it, whole or not at all, readable by its owner alone: it holds keys.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var pending = path + ".new";
        await Secret.WriteFileAsync(pending, JsonSerializer.Serialize(this, Json), cancellationToken);
        File.Move(pending, path, overwrite: true);
    }
}

/// <summary>Where one part listens.</summary>
/// <param name="Url">Its base address.</param>
/// <param name="Directory">The folder that it keeps files in, where it has one.</param>
public sealed record ServiceAddress(string Url, string? Directory = null);

/// <summary>The data stores' connection strings.</summary>
/// <param name="Prodready">Postgres, for Npgsql.</param>
/// <param name="Redis">Redis, for StackExchange.Redis.</param>
public sealed record DataStoreAddresses(string Prodready, string Redis);
