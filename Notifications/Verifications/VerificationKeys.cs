using System.Security.Cryptography;
using System.Text;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Verifications;

/// <summary>What is made of the keys of <see cref="VerificationOptions.Keys"/>. No key is used itself, and no derived one for two things.</summary>
internal static class VerificationKeys
{
    /// <summary>The setting, for messages.</summary>
    public const string Variable = "VERIFICATION_KEYS";

    /// <summary>What encrypts rows of one purpose.</summary>
    public static RowCipher Cipher(VerificationOptions options, string purpose) => new(Read(options), purpose, Variable);

    /// <summary>Keys for HMAC-SHA256 of one purpose, by the ids of those that they are made of.</summary>
    public static IReadOnlyList<KeyValuePair<string, byte[]>> Hmac(VerificationOptions options, string purpose) =>
    [
        .. Read(options).Select(key => KeyValuePair.Create(
            key.Key,
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Value, HMACSHA256.HashSizeInBytes, info: Encoding.ASCII.GetBytes(purpose)))),
    ];

    /// <summary>The keys, none if the setting is malformed: its validation says so at start.</summary>
    private static IReadOnlyList<KeyValuePair<string, byte[]>> Read(VerificationOptions options)
    {
        NamedKeys.TryRead(options.Keys, out var keys);
        return keys;
    }
}
