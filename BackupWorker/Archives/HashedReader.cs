using System.Security.Cryptography;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Archives;

/// <summary>Hashes and counts what is read of a stored file.</summary>
/// <param name="stored">The file's bytes; whoever opened it disposes of it.</param>
/// <param name="expected">How many they are to be.</param>
internal sealed class HashedReader(Stream stored, long expected) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The bytes so far.</summary>
    public long Size { get; private set; }

    /// <summary>Their SHA-256 in lower-case hexadecimal; to be asked once.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await stored.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..read]);
        Size += read;
        // Not to its end: what does not belong there may be endless
        return Size <= expected ? read : throw new InvalidDataException($"it has more than the {expected} bytes that its manifest says");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
