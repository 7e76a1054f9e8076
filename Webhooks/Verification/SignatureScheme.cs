namespace ProdReady.Webhooks.Verification;

/// <summary>
/// How a provider signs, in values: where the signature stands, over what it is made, and where the event's name is found.
/// Nearly every provider is one of these and no code; see docs/webhook-sources.md.
/// </summary>
internal sealed record SignatureScheme
{
    private static readonly TimeSpan UsualTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Where the signature stands: a header, or a JSON pointer into the body.</summary>
    public required FieldReference Signature { get; init; }

    public SignatureLayout Layout { get; init; }

    /// <summary>What precedes a plain signature: <c>sha256=</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands between a key-value list's entries.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>How the signature is written.</summary>
    public TextEncoding Encoding { get; init; } = TextEncoding.Hex;

    /// <summary>The kinds of secrets; the first one needs no prefix.</summary>
    public IReadOnlyList<KeyForm> Keys { get; init; } = [new KeyForm()];

    /// <summary>What is signed. A token signs nothing.</summary>
    public SignedContent Content { get; init; } = ContentTemplate.Body;

    /// <summary>Where the signed time stands, outside of a list; <see langword="null"/> for a provider that signs none.</summary>
    public FieldReference? Timestamp { get; init; }

    /// <summary>The signed time's name in a key-value list.</summary>
    public string? TimestampKey { get; init; }

    public TimestampUnit TimestampUnit { get; init; }

    /// <summary>How far the signed time may be off, both ways, unless the source says otherwise.</summary>
    public TimeSpan Tolerance { get; init; } = UsualTolerance;

    /// <summary>Where the event's id is found.</summary>
    public EventField Id { get; init; } = EventField.None;

    /// <summary>Where the event's type is found.</summary>
    public EventField Type { get; init; } = EventField.None;

    /// <summary>
    /// Whether the id is an object's, about which several events of one type can come, as Paystack's reminders of a dispute. Then other bytes
    /// are another event: taking one twice is better than losing one.
    /// </summary>
    public bool IdRecurs { get; init; }

    /// <summary>
    /// Whether one change makes events of several types with the same bytes and the same id, as Shopify's <c>orders/create</c> and
    /// <c>orders/paid</c>. Then the type tells them apart although nobody signs it: losing one would be worse than taking it twice.
    /// </summary>
    public bool BodyIsSharedByTypes { get; init; }

    /// <summary>Which account of the receiver the event belongs to, for a source that takes one account's only.</summary>
    public EventField Account { get; init; } = EventField.None;

    /// <summary>Whether the event is a real one: <c>true</c> or <c>live</c>, against <c>false</c> or <c>test</c>.</summary>
    public EventField LiveMode { get; init; } = EventField.None;

    /// <summary>How long the provider sends an event again; what is remembered for less would be taken twice.</summary>
    public TimeSpan RetrySpan { get; init; } = TimeSpan.FromHours(72);

    /// <summary>When the provider gives up waiting for an answer, where it says so.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The one reply that is none of the scheme's values: see <see cref="Challenge"/>.</summary>
    public ChallengeKind Challenge { get; init; }

    public bool IsToken => Keys[0].Algorithm is SchemeAlgorithm.Token;

    public bool SignsTime => Timestamp is not null || TimestampKey is not null;

    /// <summary>
    /// Whether nobody but the provider can have chosen the id. A header that is not part of the signed content lets a
    /// captured request come again under another name.
    /// </summary>
    public bool IdIsSigned => !IsToken && Id.IsAny && (Content.HasId || (Content.HasBody && !Id.HasHeader));

    /// <summary>What a valid signature says about: <c>body</c>, <c>body+time</c>, <c>url+body</c>, <c>time+token</c> or <c>token</c>.</summary>
    public string Authenticated =>
        IsToken ? "token"
        : !Content.HasBody ? "time+token"
        : Content.HasUrl ? "url+body"
        : SignsTime ? "body+time"
        : "body";

    /// <summary>Headers that are the secret itself, and must never be stored or logged.</summary>
    public IReadOnlyList<string> SecretHeaders => IsToken && Signature.Header is { } header ? [header] : [];

    /// <summary>Whether bodies may be HTML forms.</summary>
    public bool TakesForms => Content is FormContent || Id.HasForm || !Id.HasJson;
}
