using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>A code that is about to be sent, by what limits go by.</summary>
/// <param name="VerificationId">Its verification.</param>
/// <param name="Number">The number, in E.164 form.</param>
/// <param name="Country">Its country.</param>
/// <param name="Purpose">What the code is for.</param>
/// <param name="ClientIp">Whose request it was, by <see cref="ClientAddress"/>; <see langword="null"/> if that is not known.</param>
internal sealed record CodeSend(Guid VerificationId, string Number, string Country, string Purpose, string? ClientIp)
{
    private const int SubscriberDigits = 4;

    /// <summary>The number without its last four digits: what numbers that somebody has got hold of in a range have in common.</summary>
    public string Prefix => Number[..^SubscriberDigits];

    /// <summary>
    /// What must not be decided by two at a time, as keys of PostgreSQL's advisory locks. Everybody takes them in the same order, else
    /// two could wait for each other.
    /// </summary>
    public long[] Locks(string? idempotencyKey) =>
    [
        .. new[]
            {
                Key("number", Number), Key("prefix", Prefix), Key("country", Country),
                Key("client", ClientIp), Key("idempotency", idempotencyKey),
            }
            .OfType<long>()
            .Distinct()
            .Order(),
    ];

    private static long? Key(string scope, string? value) => value is null
        ? null
        : BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"prodready:notifications:verifications:{scope}:{value}")));
}
