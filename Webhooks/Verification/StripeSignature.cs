using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// Stripe's scheme: <c>Stripe-Signature: t=1700000000,v1=hex[,v1=hex]</c>, where each <c>v1</c> is HMAC-SHA256 over
/// <c>t + "." + body</c>. See https://docs.stripe.com/webhooks#verify-manually.
/// </summary>
internal static class StripeSignature
{
    public const string HeaderName = "Stripe-Signature";

    /// <summary>One for each secret that is active while it is rolled; more is somebody trying something.</summary>
    private const int MaxSignatures = 16;

    /// <summary>Keeps the arithmetic on the time inside 64 bits.</summary>
    private const int MaxTimeDigits = 18;

    public static SignatureVerdict Verify(
        StringValues header,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> secret,
        DateTimeOffset receivedAt,
        TimeSpan tolerance)
    {
        // Anyone can compute an HMAC with an empty key. Settings never hold one, so this is a bug of ours.
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length, nameof(secret));
        return header switch
        {
            [] or [null or ""] => SignatureVerdict.Missing,
            [{ } single] => Verify(single.AsSpan().Trim(), body, secret, receivedAt, tolerance),
            _ => SignatureVerdict.Malformed,
        };
    }

    private static SignatureVerdict Verify(
        ReadOnlySpan<char> header,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> secret,
        DateTimeOffset receivedAt,
        TimeSpan tolerance)
    {
        if (header.IsEmpty)
        {
            return SignatureVerdict.Missing;
        }

        if (!TryReadTime(header, out var time, out var seconds))
        {
            return SignatureVerdict.Malformed;
        }

        if (!MatchesAny(header, time, body, secret))
        {
            return SignatureVerdict.Mismatch;
        }

        // After the signature: only its maker learns how our clocks differ
        var distance = Math.Abs(receivedAt.ToUnixTimeSeconds() - seconds);
        return distance <= tolerance.TotalSeconds ? SignatureVerdict.Valid : SignatureVerdict.Stale;
    }

    /// <summary>Reads the form of the whole header: one <c>t</c>, some <c>v1</c>, and whatever else Stripe may add.</summary>
    private static bool TryReadTime(ReadOnlySpan<char> header, out ReadOnlySpan<char> time, out long seconds)
    {
        time = default;
        seconds = 0;
        var signatures = 0;
        foreach (var range in header.Split(','))
        {
            if (!TrySplit(header[range], out var name, out var value))
            {
                return false;
            }

            switch (name)
            {
                // A second one would leave open which of them was signed
                case "t" when !time.IsEmpty
                        || value.Length > MaxTimeDigits
                        || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seconds):
                    return false;
                case "t":
                    time = value;
                    break;
                case "v1" when ++signatures > MaxSignatures:
                    return false;
                default:
                    break;
            }
        }

        return !time.IsEmpty && signatures > 0;
    }

    private static bool MatchesAny(
        ReadOnlySpan<char> header, ReadOnlySpan<char> time, ReadOnlySpan<byte> body, ReadOnlySpan<byte> secret)
    {
        // As lower-case hexadecimal text, the form that Stripe sends: decoding would let other spellings of it pass
        Span<char> expected = stackalloc char[2 * SHA256.HashSizeInBytes];
        Sign(time, body, secret, expected);
        var matches = false;
        foreach (var range in header.Split(','))
        {
            // v0 is made for Stripe's test mode without a usable key; nothing but v1 counts
            if (TrySplit(header[range], out var name, out var value) && name is "v1")
            {
                // Unequal lengths do not match, and all are looked at, so that time does not tell which one did
                matches |= CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(value), MemoryMarshal.AsBytes(expected));
            }
        }

        return matches;
    }

    private static void Sign(ReadOnlySpan<char> time, ReadOnlySpan<byte> body, ReadOnlySpan<byte> secret, Span<char> hex)
    {
        Span<byte> prefix = stackalloc byte[MaxTimeDigits + 1];
        var length = Encoding.ASCII.GetBytes(time, prefix);
        prefix[length++] = (byte)'.';

        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(prefix[..length]);
        hmac.AppendData(body);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }

    private static bool TrySplit(ReadOnlySpan<char> entry, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        entry = entry.Trim();
        var equals = entry.IndexOf('=');
        name = equals < 0 ? default : entry[..equals];
        value = equals < 0 ? default : entry[(equals + 1)..];
        return equals >= 0;
    }
}
