using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Notifications.Messages;

/// <summary>The <c>Idempotency-Key</c> of requests that send.</summary>
internal static class IdempotencyKeys
{
    /// <summary>The header, and the field that its problems are reported by.</summary>
    public const string Header = "Idempotency-Key";

    private const int Longest = 255;

    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>What is wrong with a key; <see langword="null"/> for a good one, or none.</summary>
    public static string? Problem(string? key) =>
        key is not null && (key.Length is 0 or > Longest || key.AsSpan().ContainsAnyExcept(Visible))
            ? $"The key must be 1 to {Longest} visible ASCII characters, such as a UUID."
            : null;

    /// <summary>The key with what it stands for; <see langword="null"/> without a key.</summary>
    /// <param name="key">A good one, or none, and whose.</param>
    /// <param name="endpoint">Where the request came to: the same content means something else elsewhere.</param>
    /// <param name="content">
    /// What was asked for, in canonical form, part by part; a part that was not given is <see langword="null"/>. Nothing that time or a new
    /// version of the service changes, or a repetition would be taken for another message.
    /// </param>
    public static Idempotency? Of(CallerKey key, string endpoint, params ReadOnlySpan<string?> content)
    {
        if (key.Key is null)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, endpoint);
        foreach (var part in content)
        {
            Append(hash, part);
        }

        return new(key.Caller, key.Key, hash.GetHashAndReset());
    }

    /// <summary>The length goes first, so that no text can pass for two.</summary>
    private static void Append(IncrementalHash hash, string? part)
    {
        var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
