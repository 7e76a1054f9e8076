namespace ProdReady.Webhooks.Verification;

internal static partial class WebhookProviders
{
    private static IEnumerable<WebhookProvider> Platforms() =>
    [
        new("standard-webhooks", StandardWebhooks("webhook"), "whsec_ and base64, or whpk_ and base64 for a public key"),
        new("svix", StandardWebhooks("svix"), "whsec_ and base64, or whpk_ and base64 for a public key"),
        new("github", new SignatureScheme
        {
            Signature = Header("X-Hub-Signature-256"),
            Prefix = "sha256=",
            Id = Field("header:X-GitHub-Delivery"),
            Type = Field("header:X-GitHub-Event"),
            Deadline = TimeSpan.FromSeconds(10),
        }, "the secret of the webhook in the repository's settings"),
        new("gitlab", new SignatureScheme
        {
            Signature = Header("X-Gitlab-Token"),
            Keys = [Hmac(SchemeAlgorithm.Token)],
            Id = Field("header:Idempotency-Key"),
            Type = Field("header:X-Gitlab-Event"),
        }, "the secret token of the webhook in the project's settings"),
        new("shopify", new SignatureScheme
        {
            Signature = Header("X-Shopify-Hmac-SHA256"),
            Encoding = TextEncoding.Base64,
            Id = Field("header:X-Shopify-Event-Id"),
            Type = Field("header:X-Shopify-Topic"),
            BodyIsSharedByTypes = true,
            Account = Field("header:X-Shopify-Shop-Domain"),
            Deadline = TimeSpan.FromSeconds(5),
        }, "the app's client secret in Shopify's dashboard"),
        new("linear", new SignatureScheme
        {
            Signature = Header("Linear-Signature"),
            Timestamp = Pointer("/webhookTimestamp"),
            TimestampUnit = TimestampUnit.Milliseconds,
            // Linear's libraries take a minute, in which none of its repetitions comes: they are the same bytes after a minute, an hour
            // and six, which are remembered for longer
            Tolerance = TimeSpan.FromHours(8),
            Id = Field("header:Linear-Delivery"),
            Type = Field("/type /action | /type"),
            Account = Field("/organizationId"),
            Deadline = TimeSpan.FromSeconds(5),
        }, "lin_wh_ and what follows it in Linear's settings"),
        new("typeform", new SignatureScheme
        {
            Signature = Header("Typeform-Signature"),
            Prefix = "sha256=",
            Encoding = TextEncoding.Base64,
            Id = Field("/event_id"),
            Type = Field("/event_type"),
        }, "the secret of the webhook in the form's settings"),
    ];

    /// <summary>https://www.standardwebhooks.com, and Svix, where it comes from: the same under two names.</summary>
    private static SignatureScheme StandardWebhooks(string name) => new()
    {
        Signature = Header($"{name}-signature"),
        Layout = SignatureLayout.VersionedList,
        Encoding = TextEncoding.Base64,
        Keys =
        [
            new KeyForm(SchemeAlgorithm.HmacSha256, TextEncoding.Base64, "whsec_", "v1"),
            new KeyForm(SchemeAlgorithm.Ed25519, TextEncoding.Base64, "whpk_", "v1a"),
        ],
        Content = ContentTemplate.Parse("{id}.{timestamp}.{body}"),
        Timestamp = Header($"{name}-timestamp"),
        TimestampUnit = TimestampUnit.Seconds,
        Id = Field($"header:{name}-id"),
        Type = Field("/type"),
    };
}
