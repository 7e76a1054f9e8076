using System.Buffers;
using System.Security.Cryptography;

namespace ProdReady.BackupWorker.Storage;

/// <summary>What a copy found on its way.</summary>
/// <param name="Size">The number of bytes.</param>
/// <param name="Sha256">Their SHA-256 in lower-case hexadecimal.</param>
internal sealed record HashedCopy(long Size, string Sha256)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Copies to the end of <paramref name="source"/>, in constant memory.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="destination">Where to write it.</param>
    /// <param name="outlivesDestination">Whether to go on hashing after the destination stopped taking bytes.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    public static async Task<HashedCopy> RunAsync(
        Stream source, Stream destination, bool outlivesDestination, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                size += read;
                try
                {
                    await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
                catch (IOException) when (outlivesDestination)
                {
                    destination = Stream.Null;
                }
            }

            return new(size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
