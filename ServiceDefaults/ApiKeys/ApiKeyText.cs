using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// The text of an API key, <c>pr_{env}_{id}_{secret}</c>: env is 1 to 16 of [a-z0-9], id 12 of Crockford's base32 in lower case
/// (public, 60 random bits), secret 43 of base62 (32 random bytes) and 6 of checksum.
/// </summary>
/// <remarks>
/// The checksum is the CRC-32C of all that stands before it, in base62. Whoever finds a string can tell without a look-up whether
/// it is a key; a CRC finds every change of one character. It is no secret and protects from nobody who means it.
/// </remarks>
public readonly ref struct ApiKeyText
{
    /// <summary>The longest <see cref="Environment"/>.</summary>
    public const int LongestEnvironment = 16;

    /// <summary>How many characters an id has.</summary>
    public const int IdLength = 12;

    internal const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Base32 = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string Start = "pr_";
    private const int SecretBytes = 32;
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;

    /// <summary>From the end, because only env varies: the places of the two separators.</summary>
    private const int BeforeSecret = SecretLength + ChecksumLength + 1;

    private const int BeforeId = BeforeSecret + IdLength + 1;
    private const int Longest = 3 + LongestEnvironment + BeforeId;

    private static readonly SearchValues<char> EnvironmentCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(Base32);
    private static readonly SearchValues<char> SecretCharacters = SearchValues.Create(Base62);

    private ApiKeyText(ReadOnlySpan<char> environment, ReadOnlySpan<char> id, ReadOnlySpan<char> secret)
    {
        Environment = environment;
        Id = id;
        Secret = secret;
    }

    /// <summary>What the key is for, such as <c>live</c> or <c>test</c>.</summary>
    public ReadOnlySpan<char> Environment { get; }

    /// <summary>What the key is called where it must not be shown.</summary>
    public ReadOnlySpan<char> Id { get; }

    internal ReadOnlySpan<char> Secret { get; }

    /// <summary>Takes a key apart. Says nothing about whether anybody has issued it.</summary>
    /// <returns><see langword="false"/> if the text never was a key, or is one with a typo in it.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ApiKeyText key)
    {
        key = default;
        if (text.Length is <= 3 + BeforeId or > Longest
            || !text.StartsWith(Start, StringComparison.Ordinal)
            || text[^BeforeSecret] != '_'
            || text[^BeforeId] != '_')
        {
            return false;
        }

        var parts = new ApiKeyText(
            text[Start.Length..^BeforeId], text[^(BeforeId - 1)..^BeforeSecret], text[^(BeforeSecret - 1)..^ChecksumLength]);
        if (!IsEnvironment(parts.Environment) || !IsId(parts.Id) || parts.Secret.ContainsAnyExcept(SecretCharacters))
        {
            return false;
        }

        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteBase62(Checksum(text[..^ChecksumLength]), checksum);
        if (!checksum.SequenceEqual(text[^ChecksumLength..]))
        {
            return false;
        }

        key = parts;
        return true;
    }

    /// <summary>Whether a key can have this <see cref="Environment"/>.</summary>
    public static bool IsEnvironment(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= LongestEnvironment && !text.ContainsAnyExcept(EnvironmentCharacters);

    /// <summary>Whether a key can have this <see cref="Id"/>.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept(IdCharacters);

    internal static string NewId() => RandomNumberGenerator.GetString(Base32, IdLength);

    internal static string Compose(string environment, string id, ReadOnlySpan<byte> secret)
    {
        if (!IsEnvironment(environment) || !IsId(id) || secret.Length != SecretBytes)
        {
            throw new ArgumentException($"'{environment}' and '{id}' with {secret.Length} bytes make no key.");
        }

        Span<char> tail = stackalloc char[SecretLength + ChecksumLength];
        WriteBase62(new BigInteger(secret, isUnsigned: true, isBigEndian: true), tail[..SecretLength]);
        WriteBase62(Checksum($"{Start}{environment}_{id}_{tail[..SecretLength]}"), tail[SecretLength..]);
        return $"{Start}{environment}_{id}_{tail}";
    }

    /// <summary>CRC-32C (RFC 3720, appendix B.4): the one CRC that processors compute themselves.</summary>
    internal static uint Checksum(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[Longest];
        bytes = bytes[..Encoding.ASCII.GetBytes(text, bytes)];
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static void WriteBase62(BigInteger value, Span<char> target)
    {
        for (var index = target.Length - 1; index >= 0; index--)
        {
            value = BigInteger.DivRem(value, Base62.Length, out var digit);
            target[index] = Base62[(int)digit];
        }
    }

    private static void WriteBase62(uint value, Span<char> target)
    {
        for (var index = target.Length - 1; index >= 0; index--)
        {
            (value, var digit) = Math.DivRem(value, (uint)Base62.Length);
            target[index] = Base62[(int)digit];
        }
    }
}
