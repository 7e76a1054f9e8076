using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ProdReady.Webhooks.Verification;

/// <summary>One of a source's secrets.</summary>
internal sealed class SourceSecret
{
    private readonly DateTimeOffset? _expiresAt;

    private SourceSecret(string id, DateTimeOffset? expiresAt, SignatureKey key)
    {
        Id = id;
        _expiresAt = expiresAt;
        Key = key;
    }

    public string Id { get; }

    public SignatureKey Key { get; }

    public bool IsActiveAt(DateTimeOffset time) => _expiresAt is null || time < _expiresAt;

    /// <summary>Reads a secret as the provider shows it, or says what is wrong with it, without any of it.</summary>
    public static bool TryCreate(
        string id,
        string value,
        DateTimeOffset? expiresAt,
        SignatureScheme scheme,
        [NotNullWhen(true)] out SourceSecret? secret,
        [NotNullWhen(false)] out string? problem)
    {
        var form = scheme.Keys.FirstOrDefault(
            form => form.Prefix.Length > 0 && value.StartsWith(form.Prefix, StringComparison.Ordinal), scheme.Keys[0]);
        var text = value.StartsWith(form.Prefix, StringComparison.Ordinal) ? value[form.Prefix.Length..] : value;
        secret = null;
        if (text.Length == 0)
        {
            problem = $"has nothing after {form.Prefix}";
            return false;
        }

        try
        {
            secret = new SourceSecret(id, expiresAt, SignatureKey.Create(form, Decode(text, form.Encoding), scheme));
            problem = null;
            return true;
        }
        catch (FormatException)
        {
            problem = form.Algorithm switch
            {
                SchemeAlgorithm.Ed25519 => $"is no Ed25519 public key of 32 bytes in {form.Encoding.ToString().ToLowerInvariant()}",
                SchemeAlgorithm.EcdsaP256 => $"is no P-256 public key (SubjectPublicKeyInfo) in {form.Encoding.ToString().ToLowerInvariant()}",
                _ => $"is no {form.Encoding.ToString().ToLowerInvariant()}{(form.Prefix.Length > 0 ? $" after {form.Prefix}" : "")}",
            };
            return false;
        }
    }

    private static byte[] Decode(string text, TextEncoding encoding) => encoding switch
    {
        TextEncoding.Hex => Convert.FromHexString(text),
        TextEncoding.Base64 => Convert.FromBase64String(text),
        TextEncoding.Base64Url => System.Buffers.Text.Base64Url.DecodeFromChars(text),
        _ => Encoding.UTF8.GetBytes(text),
    };
}
