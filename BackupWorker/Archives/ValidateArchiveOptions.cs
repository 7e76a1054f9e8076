using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Archives;

internal sealed class ValidateArchiveOptions : IValidateOptions<ArchiveOptions>
{
    private const int MostThreads = 64;

    public ValidateOptionsResult Validate(string? name, ArchiveOptions options)
    {
        var failures = new List<string>();
        if (ArchiveEncoding.TryRead(options.Compression) is not { } compression)
        {
            failures.Add(
                $"BACKUP_COMPRESSION ({ArchiveOptions.SectionName}:Compression) is '{options.Compression}'; "
                + "it must be zstd, gzip or none. Example: zstd");
        }
        else if (compression != ArchiveCompression.None
            && options.CompressionLevel is { } level && (level < 1 || level > ArchiveEncoding.HighestLevel(compression)))
        {
            failures.Add(
                $"{ArchiveOptions.SectionName}:CompressionLevel is '{level}'; it must be 1 to {ArchiveEncoding.HighestLevel(compression)} "
                + $"for {options.Compression}. Example: {ArchiveEncoding.DefaultLevel(compression)}");
        }

        if (options.Threads is < 0 or > MostThreads)
        {
            failures.Add(
                $"{ArchiveOptions.SectionName}:Threads is '{options.Threads}'; it must be 0, for one per processor, to {MostThreads}. Example: 0");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
