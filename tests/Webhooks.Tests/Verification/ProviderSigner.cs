using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>Signs for every provider, written from their documents and without any of the product's code.</summary>
internal static class ProviderSigner
{
    public const string Url = "https://example.com/webhooks/test?a=1";

    private static readonly byte[] Raw = Encoding.ASCII.GetBytes("a-key-of-exactly-32-bytes-here!!");
    private static readonly Key Ed25519 = Key.Create(SignatureAlgorithm.Ed25519);
    private static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Every provider, Standard Webhooks with a public key too; all but those that send a token.</summary>
    public static TheoryData<string> Signing =>
    [
        "stripe", "reloadly", "paystack", "flutterwave", "standard-webhooks", "standard-webhooks v1a", "svix", "svix v1a", "github",
        "shopify", "slack", "twilio", "mailgun", "square", "adyen", "zoom", "linear", "typeform", "meta", "paddle", "discord", "sendgrid",
    ];

    public static string SecretOf(string provider) => provider switch
    {
        "standard-webhooks" or "svix" => "whsec_" + Convert.ToBase64String(Raw),
        "standard-webhooks v1a" or "svix v1a" => "whpk_" + Convert.ToBase64String(Ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
        "adyen" => Convert.ToHexString(Raw),
        "discord" => Convert.ToHexStringLower(Ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
        "sendgrid" => Convert.ToBase64String(P256.ExportSubjectPublicKeyInfo()),
        _ => Encoding.ASCII.GetString(Raw),
    };

    /// <summary>The header that holds the signature, and the one that holds the time.</summary>
    public static (string? Signature, string? Time) HeadersOf(string provider) => provider switch
    {
        "stripe" => ("Stripe-Signature", null),
        "reloadly" => ("X-Reloadly-Signature", "X-Reloadly-Request-Timestamp"),
        "paystack" => ("x-paystack-signature", null),
        "flutterwave" => ("flutterwave-signature", null),
        "standard-webhooks" or "standard-webhooks v1a" => ("webhook-signature", "webhook-timestamp"),
        "svix" or "svix v1a" => ("svix-signature", "svix-timestamp"),
        "github" or "meta" => ("X-Hub-Signature-256", null),
        "shopify" => ("X-Shopify-Hmac-SHA256", null),
        "slack" => ("X-Slack-Signature", "X-Slack-Request-Timestamp"),
        "twilio" => ("X-Twilio-Signature", null),
        "square" => ("x-square-hmacsha256-signature", null),
        "adyen" => ("HmacSignature", null),
        "zoom" => ("x-zm-signature", "x-zm-request-timestamp"),
        "linear" => ("Linear-Signature", null),
        "typeform" => ("Typeform-Signature", null),
        "paddle" => ("Paddle-Signature", null),
        "discord" => ("X-Signature-Ed25519", "X-Signature-Timestamp"),
        "sendgrid" => ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"),
        _ => (null, null),
    };

    /// <summary>A request with <paramref name="text"/> (letters and digits) in it.</summary>
    public static SignedSample Sign(string provider, string text, long time) => provider switch
    {
        "twilio" => SignBytes(provider, Encoding.ASCII.GetBytes($"MessageSid=SM1&Body={text}&MessageStatus=sent"), time),
        "linear" => SignBytes(provider, Encoding.ASCII.GetBytes($$"""{"pad":"{{text}}","webhookTimestamp":{{time}}000}"""), time),
        "mailgun" => new SignedSample(Encoding.ASCII.GetBytes(
            $$$"""{"signature":{"timestamp":"{{{time}}}","token":"t{{{text}}}","signature":"{{{Hex(Sha256($"{time}t{text}", []))}}}"}}"""), []),
        _ => SignBytes(provider, Encoding.ASCII.GetBytes($$"""{"id":"evt_1","pad":"{{text}}"}"""), time),
    };

    /// <summary>Signs any bytes, for providers whose signature is not in them.</summary>
    public static SignedSample SignBytes(string provider, byte[] body, long time)
    {
        var (signatureHeader, timeHeader) = HeadersOf(provider);
        var id = provider.StartsWith("svix", StringComparison.Ordinal) ? "svix-id" : "webhook-id";
        List<(string, string)> headers = [(signatureHeader!, Signature(provider, body, time))];
        if (timeHeader is not null)
        {
            headers.Add((timeHeader, time.ToString(CultureInfo.InvariantCulture)));
        }

        if (id == timeHeader?.Replace("timestamp", "id", StringComparison.Ordinal))
        {
            headers.Add((id, "msg_1"));
        }

        headers.Add(("Content-Type", provider == "twilio" ? "application/x-www-form-urlencoded" : "application/json"));
        return new SignedSample(body, headers, Url);
    }

    private static string Signature(string provider, byte[] body, long time) => provider switch
    {
        "stripe" => $"t={time},v1={Hex(Sha256($"{time}.", body))}",
        "reloadly" => Hex(Hash([.. body, .. Encoding.ASCII.GetBytes($":{time}")])),
        "paystack" => Hex(HMACSHA512.HashData(Raw, body)),
        "flutterwave" or "shopify" or "adyen" => Convert.ToBase64String(Sha256("", body)),
        "standard-webhooks" or "svix" => $"v1,{Convert.ToBase64String(Sha256($"msg_1.{time}.", body))}",
        "standard-webhooks v1a" or "svix v1a" => $"v1a,{Convert.ToBase64String(Ed25519Sign($"msg_1.{time}.", body))}",
        "github" or "meta" => $"sha256={Hex(Sha256("", body))}",
        "slack" or "zoom" => $"v0={Hex(Sha256($"v0:{time}:", body))}",
        "twilio" => Convert.ToBase64String(TwilioHash(body)),
        "square" => Convert.ToBase64String(Sha256(Url, body)),
        "linear" => Hex(Sha256("", body)),
        "typeform" => $"sha256={Convert.ToBase64String(Sha256("", body))}",
        "paddle" => $"ts={time};h1={Hex(Sha256($"{time}:", body))}",
        "discord" => Hex(Ed25519Sign($"{time}", body)),
        "sendgrid" => Convert.ToBase64String(P256.SignData(
            [.. Encoding.ASCII.GetBytes($"{time}"), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "Nobody knows how it signs."),
    };

    private static byte[] TwilioHash(byte[] body)
    {
        var fields = Encoding.ASCII.GetString(body).Split('&').Order(StringComparer.Ordinal)
            .Select(field => field.Replace("=", "", StringComparison.Ordinal));
#pragma warning disable CA5350 // Twilio's choice
        return HMACSHA1.HashData(Raw, Encoding.ASCII.GetBytes(Url + string.Concat(fields)));
#pragma warning restore CA5350
    }

    private static byte[] Sha256(string prefix, byte[] body) => Hash([.. Encoding.ASCII.GetBytes(prefix), .. body]);

    private static byte[] Hash(byte[] content) => HMACSHA256.HashData(Raw, content);

    private static byte[] Ed25519Sign(string prefix, byte[] body) =>
        SignatureAlgorithm.Ed25519.Sign(Ed25519, [.. Encoding.ASCII.GetBytes(prefix), .. body]);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
