namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// How large the parts of an upload are, whose size nobody knows beforehand. S3 takes 10,000 parts: small ones at first, for memory's
/// sake, doubled after every thousand, so that they come to more than 5 TiB. Up to 24 GB no part is larger than 16 MiB.
/// </summary>
internal static class PartSizes
{
    /// <summary>As many as S3 takes.</summary>
    public const int MaxParts = 10_000;

    /// <summary>The first parts' size in bytes.</summary>
    public const int First = 8 * 1024 * 1024;

    private const int PartsOfOneSize = 1000;

    /// <summary>What one array holds, in whole MiB.</summary>
    private const long Largest = 2047L * 1024 * 1024;

    /// <summary>The size of a part, all but the last one's.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="first">The first part's size.</param>
    public static int Of(int number, int first = First) =>
        (int)Math.Min(Largest, (long)first << ((number - 1) / PartsOfOneSize));
}
