using System.Formats.Tar;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Bases;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Unpacks a base backup as it comes out of storage.</summary>
internal sealed class BaseUnpacker(ArchivePipe pipe)
{
    // What PostgreSQL accepts on a data directory
    private const UnixFileMode Allowed =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Unpacks it.</summary>
    /// <param name="stored">The copy.</param>
    /// <param name="directory">An empty directory, or one that does not exist.</param>
    /// <param name="progress">Told the bytes so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArchiveDamagedException">It is not what was written.</exception>
    public async Task UnpackAsync(StoredBase stored, string directory, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, OwnerOnly);
        }

        var manifest = stored.Manifest!;
        await pipe.ReadAsync(
            stored.Storage, manifest.File, manifest.Archive, (tar, token) => UnpackAsync(tar, directory, token), progress, cancellationToken);
    }

    /// <summary>Where an entry goes.</summary>
    /// <exception cref="ArchiveDamagedException">Out of the directory.</exception>
    public static string PathOf(string entry, string directory)
    {
        // PostgreSQL writes some names with a leading ./
        List<string> parts = [.. entry.TrimEnd('/').Split('/').Where(part => part != ".")];
        return parts.Count > 0 && parts.TrueForAll(part => part is not ("" or "..") && !part.AsSpan().ContainsAny('\\', '\0'))
            ? Path.Combine([directory, .. parts])
            : throw new ArchiveDamagedException($"The base backup holds '{entry}', which is no name of a file below its directory.");
    }

    private static async Task<bool> UnpackAsync(Stream tar, string directory, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = new TarReader(tar, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                await UnpackAsync(entry, PathOf(entry.Name, directory), cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ArchiveDamagedException($"The base backup cannot be unpacked: {exception.Message}", exception);
        }
    }

    private static async Task UnpackAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                SetMode(path, entry.Mode);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, useAsync: true))
                {
                    if (entry.DataStream is { } data)
                    {
                        await data.CopyToAsync(file, cancellationToken);
                    }
                }

                SetMode(path, entry.Mode);
                break;
            default:
                // A link could lead what follows it out of the directory
                throw new ArchiveDamagedException($"The base backup holds '{entry.Name}', which is neither a file nor a directory.");
        }
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode & Allowed);
        }
    }
}
