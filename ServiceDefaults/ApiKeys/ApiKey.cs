using System.Security.Claims;
using System.Security.Cryptography;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>What a node knows of an API key. Never its text, of which nothing but a hash is kept.</summary>
public sealed class ApiKey
{
    private ClaimsIdentity? _identity;
    private long _usedAt;

    /// <summary>The public id.</summary>
    public required string Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do; see <see cref="ApiKeyScopes"/>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The plan that its owner is on.</summary>
    public string? Plan { get; init; }

    /// <summary>How much it may do, if that is not the plan's or the route's affair.</summary>
    public ApiKeyLimit? Limit { get; init; }

    /// <summary>When it begins to be valid.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it is no longer valid.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>SHA-256 of its text.</summary>
    internal byte[] Hash { get; init; } = [];

    /// <summary>Made when it is first used: a node knows many keys that only others are asked with.</summary>
    internal ClaimsIdentity Identity => _identity ??= CreateIdentity();

    internal bool Matches(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(hash, Hash);

    internal ApiKeyOutcome OutcomeAt(DateTimeOffset now) => this switch
    {
        { RevokedAt: not null } => ApiKeyOutcome.Revoked,
        { ExpiresAt: { } expiry } when expiry <= now => ApiKeyOutcome.Expired,
        { NotBefore: { } start } when start > now => ApiKeyOutcome.NotYetValid,
        _ => ApiKeyOutcome.Accepted,
    };

    /// <summary>Notes that it is in use.</summary>
    /// <returns>Whether that is worth writing down: the first use in any <paramref name="interval"/>.</returns>
    internal bool MarkUsed(DateTimeOffset now, TimeSpan interval)
    {
        var last = Volatile.Read(ref _usedAt);
        return now.UtcTicks - last >= interval.Ticks && Interlocked.CompareExchange(ref _usedAt, now.UtcTicks, last) == last;
    }

    /// <summary>Goes on from an earlier version of the same key.</summary>
    internal void TakeUseFrom(ApiKey earlier) => _usedAt = Volatile.Read(ref earlier._usedAt);

    private ClaimsIdentity CreateIdentity()
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, Id),
            new(ClaimTypes.Name, Name),
            .. Scopes.Select(scope => new Claim(ApiKeyClaims.Scope, scope)),
        ];
        if (Plan is not null)
        {
            claims.Add(new(ApiKeyClaims.Plan, Plan));
        }

        return new(claims, ApiKeyAuthenticationHandler.SchemeName);
    }
}

/// <summary>At most <paramref name="Requests"/> in any window of <paramref name="Window"/>, which is whole seconds.</summary>
public sealed record ApiKeyLimit(int Requests, TimeSpan Window);
