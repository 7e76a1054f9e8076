using System.Collections.Frozen;

namespace ProdReady.Webhooks.Verification;

/// <summary>The providers that a source can name, each a value. Where each comes from is in docs/webhook-sources.md.</summary>
internal static partial class WebhookProviders
{
    /// <summary>The provider whose sources describe their scheme themselves.</summary>
    public const string Generic = "generic";

    /// <summary>By name, whose case does not matter.</summary>
    public static FrozenDictionary<string, WebhookProvider> All { get; } = Payments().Concat(Messages()).Concat(Platforms())
        .Append(new WebhookProvider(Generic, null, "the secret as the sender shows it"))
        .ToFrozenDictionary(provider => provider.Name, StringComparer.OrdinalIgnoreCase);

    private static FieldReference Header(string name) => FieldReference.OfHeader(name);

    private static FieldReference Pointer(string pointer) => FieldReference.OfPointer(pointer);

    private static EventField Field(string text) => EventField.Parse(text);

    private static KeyForm Hmac(SchemeAlgorithm algorithm = SchemeAlgorithm.HmacSha256, string? tag = null) =>
        new(algorithm, Tag: tag);
}
