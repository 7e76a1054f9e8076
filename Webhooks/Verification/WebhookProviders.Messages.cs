namespace ProdReady.Webhooks.Verification;

internal static partial class WebhookProviders
{
    private static readonly TimeSpan ThreeSeconds = TimeSpan.FromSeconds(3);

    private static IEnumerable<WebhookProvider> Messages() =>
    [
        new("twilio", new SignatureScheme
        {
            Signature = Header("X-Twilio-Signature"),
            Encoding = TextEncoding.Base64,
            Keys = [Hmac(SchemeAlgorithm.HmacSha1)],
            Content = new FormContent(),
            // Never the Sid alone: one message has a callback for each of its states
            Id = Field("form:MessageSid form:MessageStatus | form:MessageSid form:SmsStatus "
                + "| form:CallSid form:CallStatus form:SequenceNumber | form:CallSid form:CallStatus"),
            Type = Field("form:MessageStatus | form:SmsStatus | form:CallStatus"),
            Account = Field("form:AccountSid"),
        }, "the account's auth token in Twilio's console"),
        new("mailgun", new SignatureScheme
        {
            Signature = Pointer("/signature/signature"),
            // Only these two: whoever has seen them can put any other event beside them, once
            Content = ContentTemplate.Parse("{timestamp}{id}"),
            Timestamp = Pointer("/signature/timestamp"),
            TimestampUnit = TimestampUnit.Seconds,
            // It repeats for eight hours and does not say that it signs anew; a token counts once, however late
            Tolerance = TimeSpan.FromHours(12),
            Id = Field("/signature/token"),
            Type = Field("/event-data/event"),
        }, "the HTTP webhook signing key in Mailgun's settings"),
        new("sendgrid", new SignatureScheme
        {
            Signature = Header("X-Twilio-Email-Event-Webhook-Signature"),
            Encoding = TextEncoding.Base64,
            Keys = [new KeyForm(SchemeAlgorithm.EcdsaP256, TextEncoding.Base64)],
            Content = ContentTemplate.Parse("{timestamp}{body}"),
            Timestamp = Header("X-Twilio-Email-Event-Webhook-Timestamp"),
            TimestampUnit = TimestampUnit.Seconds,
            // It repeats for a day and does not say that it signs anew; what is remembered for longer counts once
            Tolerance = TimeSpan.FromDays(1),
            // A batch has no id of its own; its hash tells batches apart
            Id = Field("/*/sg_event_id"),
            Type = Field("/*/event"),
        }, "the event webhook's verification key in SendGrid's settings"),
        new("slack", new SignatureScheme
        {
            Signature = Header("X-Slack-Signature"),
            Prefix = "v0=",
            Content = ContentTemplate.Parse("v0:{timestamp}:{body}"),
            Timestamp = Header("X-Slack-Request-Timestamp"),
            TimestampUnit = TimestampUnit.Seconds,
            Id = Field("/event_id | form:trigger_id"),
            Type = Field("/event/type | /type | form:command"),
            Account = Field("/team_id | form:team_id"),
            Deadline = ThreeSeconds,
            Challenge = ChallengeKind.SlackUrlVerification,
        }, "the app's signing secret in Slack's app settings"),
        new("zoom", new SignatureScheme
        {
            Signature = Header("x-zm-signature"),
            Prefix = "v0=",
            Content = ContentTemplate.Parse("v0:{timestamp}:{body}"),
            Timestamp = Header("x-zm-request-timestamp"),
            // Its third and last repetition comes after 85 minutes
            Tolerance = TimeSpan.FromHours(2),
            Type = Field("/event"),
            Account = Field("/payload/account_id"),
            Deadline = ThreeSeconds,
            Challenge = ChallengeKind.ZoomUrlValidation,
        }, "the app's secret token in Zoom's marketplace"),
        new("meta", new SignatureScheme
        {
            Signature = Header("X-Hub-Signature-256"),
            Prefix = "sha256=",
            Type = Field("/object"),
            Account = Field("/entry/*/id"),
            Challenge = ChallengeKind.MetaSubscription,
        }, "the app secret in Meta's app dashboard"),
        new("discord", new SignatureScheme
        {
            Signature = Header("X-Signature-Ed25519"),
            Keys = [new KeyForm(SchemeAlgorithm.Ed25519, TextEncoding.Hex)],
            Content = ContentTemplate.Parse("{timestamp}{body}"),
            Timestamp = Header("X-Signature-Timestamp"),
            TimestampUnit = TimestampUnit.Seconds,
            Id = Field("/id"),
            Type = Field("/event/type | /type"),
            Account = Field("/application_id"),
            Deadline = ThreeSeconds,
            Challenge = ChallengeKind.DiscordPing,
        }, "the application's public key in Discord's developer portal, 64 hexadecimal digits"),
    ];
}
