using System.Globalization;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// Judges a request by its scheme, a source's secrets and the time at which it came. For HMACs it allocates nothing, so
/// that a flood of forged requests costs as little as possible.
/// </summary>
internal sealed class SignatureVerifier(SignatureScheme scheme, SourceSecret[] secrets, TimeSpan tolerance)
{
    /// <summary>Keeps the arithmetic on the time inside 64 bits.</summary>
    private const int MaxTimeDigits = 18;

    private const long FirstMilliseconds = 100_000_000_000;
    private const int MaxIdLength = 255;

    private readonly FieldReference? _id = scheme.Content.HasId ? scheme.Id.Ways[0][0] : null;

    public Verification Verify(in SignedRequest request)
    {
        if (Read(request, scheme.Signature, out var text) is { } badSignature)
        {
            return new(badSignature);
        }

        if (!SignatureList.TryRead(text, scheme, out var list, out var time))
        {
            return new(SignatureVerdict.Malformed);
        }

        if (scheme.Timestamp is not null && Read(request, scheme.Timestamp, out time) is { } badTime)
        {
            return new(badTime);
        }

        ReadOnlySpan<char> id = default;
        if (_id is not null && Read(request, _id, out id) is { } badId)
        {
            return new(badId);
        }

        long unix = 0;
        if ((scheme.SignsTime && !TryParseTime(time, out unix)) || !IsUsable(id))
        {
            return new(SignatureVerdict.Malformed);
        }

        var parts = new SignedParts { Id = id, Timestamp = time, Url = request.Url, Body = request.Body };
        if (Match(list, parts, request.ReceivedAt) is not { } secret)
        {
            return new(SignatureVerdict.Mismatch);
        }

        // After the signature: only its maker learns how our clocks differ
        return scheme.SignsTime && IsStale(unix, request.ReceivedAt)
            ? new(SignatureVerdict.Stale)
            : new(SignatureVerdict.Valid, secret.Id);
    }

    private SourceSecret? Match(in SignatureList list, in SignedParts parts, DateTimeOffset receivedAt)
    {
        SourceSecret? match = null;
        foreach (var secret in secrets)
        {
            if (secret.IsActiveAt(receivedAt) && secret.Key.Matches(list, parts))
            {
                match ??= secret;
            }
        }

        return match;
    }

    /// <summary>Reads one text of the request.</summary>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    private static SignatureVerdict? Read(scoped in SignedRequest request, FieldReference place, out ReadOnlySpan<char> text)
    {
        text = default;
        if (place.Pointer is not null)
        {
            string?[] values = [null];
            JsonFields.TryRead(request.Body, [place.Pointer], values);
            text = values[0];
            return text.IsEmpty ? SignatureVerdict.Missing : null;
        }

        var header = request.Headers[place.Header!];
        if (header.Count > 1)
        {
            // Which of them would be the one that was signed?
            return SignatureVerdict.Malformed;
        }

        text = header.Count == 0 ? default : header[0].AsSpan().Trim();
        return text.IsEmpty ? SignatureVerdict.Missing : null;
    }

    private static bool TryParseTime(ReadOnlySpan<char> text, out long unix)
    {
        unix = 0;
        return text.Length <= MaxTimeDigits && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out unix);
    }

    private bool IsUsable(ReadOnlySpan<char> id)
    {
        if (_id is null)
        {
            return true;
        }

        foreach (var character in id)
        {
            if (character is < '!' or > '~')
            {
                return false;
            }
        }

        return id.Length <= MaxIdLength && scheme.Content is ContentTemplate template && !template.IsAmbiguous(id);
    }

    private bool IsStale(long unix, DateTimeOffset receivedAt)
    {
        var isMilliseconds = scheme.TimestampUnit switch
        {
            TimestampUnit.Seconds => false,
            TimestampUnit.Milliseconds => true,
            _ => unix >= FirstMilliseconds,
        };

        // In the unit of the sender: rounding 300.9 s down would be the same as what it can express itself
        return isMilliseconds
            ? Math.Abs(receivedAt.ToUnixTimeMilliseconds() - unix) > tolerance.TotalMilliseconds
            : Math.Abs(receivedAt.ToUnixTimeSeconds() - unix) > tolerance.TotalSeconds;
    }
}
