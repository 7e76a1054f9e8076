using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>A secret of Standard Webhooks: signs as <c>v1</c>, https://www.standardwebhooks.com.</summary>
/// <remarks>A class and not a record: a record's text form would show the key.</remarks>
internal sealed class SigningKey
{
    private const string Prefix = "whsec_";
    private readonly byte[] _key;

    private SigningKey(byte[] key) => _key = key;

    /// <summary>Reads <c>whsec_</c> and 24 to 64 bytes in base64, as the specification asks for.</summary>
    public static bool TryParse(string? secret, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;
        var bytes = new byte[96];
        if (secret is null || !secret.StartsWith(Prefix, StringComparison.Ordinal)
            || secret.Any(char.IsWhiteSpace)
            || !Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) || length is < 24 or > 64)
        {
            return false;
        }

        key = new(bytes[..length]);
        return true;
    }

    /// <summary>The value of <c>webhook-signature</c> for exactly these bytes.</summary>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }
}
