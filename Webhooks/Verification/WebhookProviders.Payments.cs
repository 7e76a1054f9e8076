namespace ProdReady.Webhooks.Verification;

internal static partial class WebhookProviders
{
    private static IEnumerable<WebhookProvider> Payments() =>
    [
        new("stripe", new SignatureScheme
        {
            Signature = Header("Stripe-Signature"),
            Layout = SignatureLayout.KeyValueList,
            // v0 is made for test mode without a usable key; nothing but v1 counts. The key is the whole whsec_... text.
            Keys = [Hmac(tag: "v1")],
            Content = ContentTemplate.Parse("{timestamp}.{body}"),
            TimestampKey = "t",
            TimestampUnit = TimestampUnit.Seconds,
            Id = Field("/id"),
            Type = Field("/type"),
            Account = Field("/account"),
            LiveMode = Field("/livemode"),
        }, "whsec_ and what follows it in Stripe's dashboard"),
        new("paystack", new SignatureScheme
        {
            Signature = Header("x-paystack-signature"),
            Keys = [Hmac(SchemeAlgorithm.HmacSha512)],
            Id = Field("/event /data/id"),
            // Its events have no id of their own
            IdRecurs = true,
            Type = Field("/event"),
            LiveMode = Field("/data/domain"),
        }, "sk_live_ and what follows it in Paystack's dashboard"),
        new("flutterwave", new SignatureScheme
        {
            Signature = Header("flutterwave-signature"),
            Encoding = TextEncoding.Base64,
            Id = Field("/webhook_id | /id"),
            Type = Field("/type"),
        }, "the secret hash in Flutterwave's dashboard"),
        new("flutterwave-v3", new SignatureScheme
        {
            Signature = Header("verif-hash"),
            Keys = [Hmac(SchemeAlgorithm.Token)],
            Id = Field("/event /data/id /data/status"),
            Type = Field("/event"),
        }, "the secret hash in Flutterwave's dashboard"),
        new("reloadly", new SignatureScheme
        {
            Signature = Header("X-Reloadly-Signature"),
            Content = ContentTemplate.Parse("{body}:{timestamp}"),
            // Seen both in seconds and in milliseconds
            Timestamp = Header("X-Reloadly-Request-Timestamp"),
            Id = Field("/type /data/transactionId /data/status | /type /transactionId /status"),
            Type = Field("/type"),
        }, "the webhook's signing secret in Reloadly's dashboard"),
        new("square", new SignatureScheme
        {
            Signature = Header("x-square-hmacsha256-signature"),
            Encoding = TextEncoding.Base64,
            Content = ContentTemplate.Parse("{url}{body}"),
            Id = Field("/event_id"),
            Type = Field("/type"),
            Account = Field("/merchant_id"),
        }, "the subscription's signature key in Square's developer console"),
        new("adyen", new SignatureScheme
        {
            Signature = Header("HmacSignature"),
            Encoding = TextEncoding.Base64,
            Keys = [new KeyForm(Encoding: TextEncoding.Hex)],
            Type = Field("/type"),
            Account = Field("/data/balancePlatform | /data/merchantAccount"),
            LiveMode = Field("/environment | /live"),
        }, "the webhook's HMAC key in Adyen's customer area, 64 hexadecimal digits"),
        new("paddle", new SignatureScheme
        {
            Signature = Header("Paddle-Signature"),
            Layout = SignatureLayout.KeyValueList,
            Separator = ';',
            Keys = [Hmac(tag: "h1")],
            Content = ContentTemplate.Parse("{timestamp}:{body}"),
            TimestampKey = "ts",
            TimestampUnit = TimestampUnit.Seconds,
            // Without a tolerance of its own, which is 5 s in Paddle's libraries: a clock that is off by so little would lose every event,
            // and one that comes again is known by its id
            Id = Field("/event_id"),
            Type = Field("/event_type"),
            Deadline = TimeSpan.FromSeconds(5),
        }, "pdl_ntfset_ and what follows it in Paddle's dashboard"),
    ];
}
