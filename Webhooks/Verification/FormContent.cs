using System.Security.Cryptography;
using ProdReady.ServiceDefaults.Callbacks;

namespace ProdReady.Webhooks.Verification;

/// <summary>
/// Twilio's content, which no template describes: the address, then the form's fields sorted by name, each name followed by
/// its values. A JSON body is covered by its hash in the address (<c>bodySHA256</c>). See
/// https://www.twilio.com/docs/usage/security#validating-requests.
/// </summary>
internal sealed class FormContent : SignedContent
{
    private const string BodyHash = "bodySHA256";

    public override bool HasId => false;

    public override bool HasTimestamp => false;

    public override bool HasUrl => true;

    public override bool HasBody => true;

    /// <summary>Twilio signs the address now with its port, now without.</summary>
    public override int Variants => 2;

    public override bool TryAppend(IncrementalHash hash, in SignedParts parts, int variant)
    {
        if (!TryVariant(parts.Url.ToString(), variant, out var url))
        {
            return false;
        }

        if (FormFields.ValueOf(QueryOf(url), BodyHash) is { } bodyHash)
        {
            if (!CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.UTF8.GetBytes(bodyHash),
                System.Text.Encoding.UTF8.GetBytes(Convert.ToHexStringLower(SHA256.HashData(parts.Body)))))
            {
                return false;
            }

            ContentTemplate.AppendText(hash, url);
            return true;
        }

        if (!FormFields.TryRead(parts.Body, out var fields))
        {
            return false;
        }

        ContentTemplate.AppendText(hash, url);
        foreach (var (name, value) in fields.Distinct().Order(ByNameThenValue))
        {
            ContentTemplate.AppendText(hash, name);
            ContentTemplate.AppendText(hash, value);
        }

        return true;
    }

    public override int MaxBytes(in SignedParts parts) => throw new NotSupportedException("Only an HMAC signs a form.");

    public override int Write(in SignedParts parts, Span<byte> destination) =>
        throw new NotSupportedException("Only an HMAC signs a form.");

    private static Comparer<(string Name, string Value)> ByNameThenValue { get; } = Comparer<(string Name, string Value)>.Create(
        (one, other) => string.CompareOrdinal(one.Name, other.Name) is var order and not 0
            ? order
            : string.CompareOrdinal(one.Value, other.Value));

    private static ReadOnlySpan<byte> QueryOf(string url) =>
        url.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? System.Text.Encoding.UTF8.GetBytes(url[(at + 1)..]) : [];

    /// <summary>The address as it is; then with its port if it shows none, and without if it does.</summary>
    private static bool TryVariant(string url, int variant, out string result)
    {
        result = url;
        if (variant == 0)
        {
            return true;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return false;
        }

        var start = url.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = url.AsSpan(start).IndexOfAny('/', '?', '#') is var at and >= 0 ? start + at : url.Length;
        var authority = url[start..end];
        var port = $":{uri.Port}";
        var other = authority.EndsWith(port, StringComparison.Ordinal) ? authority[..^port.Length] : authority + port;
        result = string.Concat(url.AsSpan(0, start), other, url.AsSpan(end));
        return true;
    }
}
