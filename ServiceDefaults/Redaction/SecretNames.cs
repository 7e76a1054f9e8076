using System.Buffers;

namespace ProdReady.ServiceDefaults.Redaction;

/// <summary>Names that say that what they name is secret.</summary>
internal static class SecretNames
{
    /// <summary>The longest part of a name that is looked at; a longer name is looked at in pieces.</summary>
    private const int MaxLength = 128;

    /// <summary>Without the separators that make <c>api_key</c>, <c>Api-Key</c> and <c>ApiKey</c> different.</summary>
    private static readonly SearchValues<string> Parts = SearchValues.Create(
        [
            "password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "cookie", "signature", "credential",
            "apikey", "accesskey", "adminkey", "privatekey", "encryptionkey", "signingkey", "verifhash", "sessionid", "phone",
            "msisdn",
        ],
        StringComparison.Ordinal);

    public static bool Contains(ReadOnlySpan<char> name)
    {
        // A type's name is not a secret's name, and an exception's says what went wrong
        if (name.EndsWith("Exception", StringComparison.Ordinal)
            || name.EndsWith("CancellationToken", StringComparison.Ordinal)
            || name.EndsWith("PublicKeyToken", StringComparison.Ordinal))
        {
            return false;
        }

        if (name.Length > MaxLength)
        {
            return Contains(name[..MaxLength]) || Contains(name[(MaxLength / 2)..]);
        }

        Span<char> plain = stackalloc char[MaxLength];
        var length = 0;
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character))
            {
                plain[length++] = (char)(character | 0x20);
            }
            else if (character is not ('-' or '_' or ' ' or '.' or ':'))
            {
                plain[length++] = character;
            }
        }

        return plain[..length].ContainsAny(Parts);
    }
}
