using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Verifications;

namespace ProdReady.Notifications.Messages;

/// <summary>
/// What idempotency keys of codes stand for. A plain hash of a text of which all is known but six digits would be undone in a second, while the
/// code is of use; this needs the key.
/// </summary>
internal sealed class CodeContent(IOptions<VerificationOptions> options)
{
    private readonly IReadOnlyList<KeyValuePair<string, byte[]>> _keys = VerificationKeys.Hmac(options.Value, "prodready.notifications.content-hash");

    /// <summary>
    /// The same with a keyed hash. Without a key no code is made, so that there is one. Requests that came before the key was replaced, or
    /// to the version before, are known by their other hashes.
    /// </summary>
    public Idempotency Seal(Idempotency plain)
    {
        var hashes = _keys.Select(key => HMACSHA256.HashData(key.Value, plain.ContentHash)).ToList();
        return plain with { ContentHash = hashes[0], OtherHashes = [.. hashes.Skip(1), plain.ContentHash] };
    }
}
