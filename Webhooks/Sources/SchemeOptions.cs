using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>
/// How a sender signs: <c>Webhooks:Sources:{name}:Scheme</c>, for the provider <c>generic</c>. Places of a request are
/// <c>header:X-Name</c>, <c>form:Name</c> or a JSON pointer into the body. See docs/webhook-sources.md.
/// </summary>
public sealed class SchemeOptions
{
    /// <summary>What the signature is made with. Default: HMAC with SHA-256.</summary>
    public SchemeAlgorithm Algorithm { get; set; }

    /// <summary>Where the signature stands: a header or a JSON pointer. Required.</summary>
    public string? Signature { get; set; }

    /// <summary>What stands there. Default: one signature.</summary>
    public SignatureLayout Layout { get; set; }

    /// <summary>What precedes a plain signature, such as <c>sha256=</c>.</summary>
    public string? Prefix { get; set; }

    /// <summary>The signatures' name in a list, such as <c>v1</c>.</summary>
    public string? SignatureKey { get; set; }

    /// <summary>The time's name in a key-value list, such as <c>t</c>.</summary>
    public string? TimestampKey { get; set; }

    /// <summary>What stands between a key-value list's entries: a comma or a semicolon. Default: a comma.</summary>
    public string Separator { get; set; } = ",";

    /// <summary>How the signature is written. Default: hex.</summary>
    public TextEncoding Encoding { get; set; } = TextEncoding.Hex;

    /// <summary>How the secrets are written. Default: they are text.</summary>
    public TextEncoding SecretEncoding { get; set; }

    /// <summary>What may precede the secrets without being a part of them, such as <c>whsec_</c>.</summary>
    public string? SecretPrefix { get; set; }

    /// <summary>What is signed: text with <c>{id}</c>, <c>{timestamp}</c>, <c>{url}</c> and <c>{body}</c>. Default: the body.</summary>
    public string Content { get; set; } = "{body}";

    /// <summary>Where the signed time stands, if not in a list: a header or a JSON pointer.</summary>
    public string? Timestamp { get; set; }

    /// <summary>What the time counts. Default: seconds or milliseconds, by its size.</summary>
    public TimestampUnit TimestampUnit { get; set; }

    /// <summary>Where the event's id is: places joined by spaces, alternatives by <c>|</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Where the event's type is, in the same way.</summary>
    public string? Type { get; set; }

    /// <summary>Where the receiver's account is, in the same way.</summary>
    public string? Account { get; set; }

    /// <summary>Where it says whether the event is a live one, in the same way.</summary>
    public string? LiveMode { get; set; }

    /// <summary>How long the sender repeats an event, from 1 minute to 30 days. Default: 72 hours.</summary>
    public TimeSpan RetrySpan { get; set; } = TimeSpan.FromHours(72);

    /// <summary>When the sender gives up waiting for an answer, from 1 s to 1 minute. Default: not known.</summary>
    public TimeSpan? Deadline { get; set; }
}
