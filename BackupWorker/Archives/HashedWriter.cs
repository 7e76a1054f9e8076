using System.Security.Cryptography;

namespace ProdReady.BackupWorker.Archives;

/// <summary>Hashes and counts what is stored.</summary>
internal sealed class HashedWriter(Stream stored) : IArchiveSink, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The bytes so far.</summary>
    public long Size { get; private set; }

    /// <summary>Their SHA-256 in lower-case hexadecimal; to be asked once.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        Size += bytes.Length;
        return stored.WriteAsync(bytes, cancellationToken);
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Dispose() => _hash.Dispose();
}
