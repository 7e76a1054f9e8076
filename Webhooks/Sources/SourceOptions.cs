namespace ProdReady.Webhooks.Sources;

/// <summary>One sender: <c>Webhooks:Sources:{name}</c>.</summary>
public sealed class SourceOptions
{
    /// <summary>The id of the secret that <see cref="Secret"/> holds.</summary>
    public const string DefaultSecretId = "default";

    /// <summary>Whose signature scheme the source uses. Default: the source's own name.</summary>
    public string? Provider { get; set; }

    /// <summary>Whether anything is taken in. A source that is off answers as if it did not exist. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The secret that the sender signs with, exactly as the provider shows it: short for one of <see cref="Secrets"/>.</summary>
    public string? Secret { get; set; }

    /// <summary>The secrets that count at the same time, so that one can be replaced without losing an event.</summary>
    public List<SecretOptions> Secrets { get; } = [];

    /// <summary>How far the signed time may be from ours, in either direction, from 1 s to 1 day. Default: the provider's.</summary>
    public TimeSpan? Tolerance { get; set; }

    /// <summary>The largest body that is taken, from 1 KB to 16 MB. Default: 1 MB.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The address that the provider sends to, for those that sign it (Twilio, Square), without a query. Default: what
    /// the request and its <c>X-Forwarded</c> headers say.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>The only account whose events are taken, where the provider names one. Default: any.</summary>
    public string? Account { get; set; }

    /// <summary>Whether only live events (true) or only test events (false) are taken, where the provider says. Default: both.</summary>
    public bool? LiveMode { get; set; }

    /// <summary>What Meta asks with when the address is subscribed.</summary>
    public string? VerifyToken { get; set; }

    /// <summary>JSON pointers (RFC 6901) to what is encrypted before it is stored.</summary>
    public List<string> EncryptedPaths { get; } = [];

    /// <summary>How the sender signs, for the provider <c>generic</c>.</summary>
    public SchemeOptions? Scheme { get; set; }

    /// <summary>All secrets, the short form among them.</summary>
    internal IEnumerable<SecretOptions> AllSecrets =>
        Secret is null ? Secrets : Secrets.Prepend(new SecretOptions { Id = DefaultSecretId, Value = Secret });
}
