using System.Security.Cryptography;

namespace ProdReady.Webhooks.Verification;

/// <summary>What is signed. A <see cref="ContentTemplate"/> describes nearly all of them.</summary>
internal abstract class SignedContent
{
    public abstract bool HasId { get; }

    public abstract bool HasTimestamp { get; }

    public abstract bool HasUrl { get; }

    public abstract bool HasBody { get; }

    /// <summary>How many contents the signature may be of: a sender may see another address than its receiver does.</summary>
    public virtual int Variants => 1;

    /// <summary>Feeds one of the contents into <paramref name="hash"/>.</summary>
    /// <returns><see langword="false"/> if there is no such content; then nothing was fed.</returns>
    public abstract bool TryAppend(IncrementalHash hash, in SignedParts parts, int variant);

    /// <summary>An upper bound for <see cref="Write"/>.</summary>
    public abstract int MaxBytes(in SignedParts parts);

    /// <summary>Writes the content, for signatures that need all of it at once.</summary>
    public abstract int Write(in SignedParts parts, Span<byte> destination);
}
