namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>What came of checking a request's key.</summary>
public enum ApiKeyOutcome
{
    /// <summary>There is no key.</summary>
    Missing,

    /// <summary>The key is good now.</summary>
    Accepted,

    /// <summary>Not a key, or one with a typo.</summary>
    Malformed,

    /// <summary>Two different keys.</summary>
    Ambiguous,

    /// <summary>Nobody issued it, or the secret is wrong.</summary>
    Unknown,

    /// <summary>The right secret, too early.</summary>
    NotYetValid,

    /// <summary>The right secret, too late.</summary>
    Expired,

    /// <summary>The right secret of a key that was revoked.</summary>
    Revoked,

    /// <summary>It could not be checked: our fault, not the caller's.</summary>
    Unavailable,
}

/// <summary>What came of checking a request's key, and the key if its secret was right.</summary>
public readonly record struct ApiKeyVerdict(ApiKeyOutcome Outcome, ApiKey? Key = null);
