using ProdReady.ServiceDefaults.Callbacks;
using ProdReady.Webhooks.Quarantine;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>One sender, as configured and validated.</summary>
/// <remarks>A class and not a record: a record's text form would show its members, and one of them is a secret.</remarks>
internal sealed class WebhookSource
{
    private readonly SignatureScheme _scheme;
    private readonly SourceSecret[] _secrets;
    private readonly SignatureVerifier _verifier;
    private readonly AccountBinding? _binding;
    private readonly RequestFields _identity;
    private readonly string? _publicUrl;

    /// <param name="name">In any case.</param>
    /// <param name="options">Validated settings.</param>
    /// <param name="provider">Whose name <paramref name="options"/> hold.</param>
    public WebhookSource(string name, SourceOptions options, WebhookProvider provider)
    {
        Name = name.ToLowerInvariant();
        Provider = provider.Name;
        MaxBodyBytes = options.MaxBodyBytes;
        VerifyToken = options.VerifyToken;
        EncryptedPaths = [.. options.EncryptedPaths];
        _scheme = provider.Scheme ?? new SchemeReader(options.Scheme!).Read();
        _secrets = [.. options.AllSecrets.Select(secret => Create(secret, _scheme))];
        var tolerance = options.Tolerance ?? _scheme.Tolerance;
        _verifier = new SignatureVerifier(_scheme, _secrets, tolerance);
        RetrySpan = _scheme.SignsTime && 2 * tolerance > _scheme.RetrySpan ? 2 * tolerance : _scheme.RetrySpan;
        _binding = AccountBinding.Create(_scheme, options.Account, options.LiveMode);
        _identity = new RequestFields(_scheme.Id, _scheme.Type);
        _publicUrl = options.PublicUrl;
        SecretHeaders = [.. _scheme.SecretHeaders.Union(
            WebhookProviders.All.Values.SelectMany(known => known.Scheme?.SecretHeaders ?? []), StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>In lower case, so that what is stored does not depend on how a setting was spelled.</summary>
    public string Name { get; }

    /// <summary>The provider's name.</summary>
    public string Provider { get; }

    public int MaxBodyBytes { get; }

    /// <summary>What the provider asks with when the address is subscribed.</summary>
    public string? VerifyToken { get; }

    /// <summary>JSON pointers to what is encrypted before it is stored.</summary>
    public IReadOnlyList<string> EncryptedPaths { get; }

    public bool IdIsSigned => _scheme.IdIsSigned;

    public bool IdRecurs => _scheme.IdRecurs;

    public bool BodyIsSharedByTypes => _scheme.BodyIsSharedByTypes;

    /// <summary>Whether events of the same bytes may be different ones, by what stands in a header.</summary>
    public bool IsToldByHeaders => BodyIsSharedByTypes || (IdIsSigned && !IdRecurs && _scheme.Id.HasHeader);

    /// <summary>How long an event is repeated, or its signature good, from the earliest time that it may name to the latest.</summary>
    public TimeSpan RetrySpan { get; }

    public TimeSpan? Deadline => _scheme.Deadline;

    public string Authenticated => _scheme.Authenticated;

    /// <summary>
    /// Headers that are never stored in clear: this provider's token, and every other's, since some send two. Flutterwave's token of
    /// one version is the key of the other's signature.
    /// </summary>
    public IReadOnlyList<string> SecretHeaders { get; }

    public ChallengeKind Challenge => _scheme.Challenge;

    public bool TakesForms => _scheme.TakesForms;

    public IEnumerable<string> SecretIds => _secrets.Select(secret => secret.Id);

    /// <summary>Whether this source's sender signed exactly this request, at about this time, and for this account.</summary>
    public Verification.Verification Verify(in SignedRequest request)
    {
        var verification = _verifier.Verify(request);
        return verification.Verdict is SignatureVerdict.Valid && _binding?.Admits(request) is false
            ? new(SignatureVerdict.Mismatch)
            : verification;
    }

    /// <summary>Reads what the sender calls the event; an id may well be missing.</summary>
    /// <returns><see langword="false"/> if the id would stand in a body that is no JSON.</returns>
    public bool TryIdentify(IHeaderDictionary headers, ReadOnlySpan<byte> body, out EventIdentity identity)
    {
        var isRead = _identity.TryRead(headers, body, out var values);
        identity = new EventIdentity(values[0], values[1]);
        return isRead || !_scheme.Id.HasJson;
    }

    /// <summary>The address that the sender sees, for a scheme that signs it; else nothing.</summary>
    public string UrlOf(HttpRequest request) => _scheme.Content.HasUrl ? SenderUrl.Of(request, _publicUrl) : "";

    /// <summary>
    /// The address of a refused request by today's settings: where the one that it was judged by was wrong, only its query was not.
    /// </summary>
    public string UrlOf(QuarantinedRequest request) => _publicUrl is null
        ? request.Url
        : _publicUrl + (request.Url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? request.Url[query..] : "");

    /// <summary>The HMAC of <paramref name="text"/> with one of the secrets, in hexadecimal digits.</summary>
    public string Hash(string secretId, string text) =>
        ((HmacKey)Array.Find(_secrets, secret => secret.Id == secretId)!.Key).Hash(text);

    private static SourceSecret Create(SecretOptions options, SignatureScheme scheme) =>
        SourceSecret.TryCreate(options.Id!, options.Value!, options.ExpiresAt, scheme, out var secret, out var problem)
            ? secret
            : throw new InvalidOperationException($"The secret {options.Id} {problem}.");
}
