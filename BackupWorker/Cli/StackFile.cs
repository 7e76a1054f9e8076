using System.Text.Json;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Cli;

/// <summary>
/// The stack that <c>./prodready up</c> runs in this checkout, as its <c>stack.json</c> describes it: the command line then
/// needs no settings. The service itself never reads it.
/// </summary>
/// <param name="Path">Where it was found.</param>
/// <param name="Database">The stack's database.</param>
/// <param name="BackupDirectory">The folder of the stack's backups, if they are not in a bucket alone.</param>
internal sealed record StackFile(string Path, string Database, string? BackupDirectory)
{
    private const string FileName = "stack.json";
    private const string StateFolder = ".prodready";

    /// <summary>
    /// Looks in the folder that <paramref name="state"/> (<c>PRODREADY_STATE</c>) names, else in <c>.prodready</c> of
    /// <paramref name="directory"/> or the nearest folder above it that has one.
    /// </summary>
    /// <exception cref="BackupException">There is one that cannot be read.</exception>
    public static StackFile? Find(string? state, string directory)
    {
        if (!string.IsNullOrWhiteSpace(state))
        {
            return Read(System.IO.Path.Combine(directory, state, FileName));
        }

        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            if (Read(System.IO.Path.Combine(folder.FullName, StateFolder, FileName)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static StackFile? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = File.OpenRead(path);
            var content = JsonSerializer.Deserialize<Content>(file, BackupManifest.Json);
            return content?.ConnectionStrings?.GetValueOrDefault("prodready") is { Length: > 0 } database
                ? new(path, database, content.Backups?.Directory)
                : throw new BackupException($"{path} names no connection string 'prodready'. Set DATABASE_URL, or start the stack anew.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private sealed record Content(Dictionary<string, string>? ConnectionStrings = null, BackupsEntry? Backups = null);

    private sealed record BackupsEntry(string? Directory = null);
}
