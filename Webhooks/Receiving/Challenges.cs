using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>The replies by which an address shows that it is meant to receive. They store nothing.</summary>
internal static class Challenges
{
    private static readonly JsonPointer[] Pointers =
        [.. new[] { "/type", "/challenge", "/event", "/payload/plainToken", "/event/type" }.Select(text => FieldReference.OfPointer(text).Pointer!)];

    /// <summary>The reply to a signed challenge, as JSON or nothing at all; <see langword="null"/> for an event.</summary>
    public static string? Reply(WebhookSource source, ReadOnlySpan<byte> body, string secretId)
    {
        if (source.Challenge is ChallengeKind.None or ChallengeKind.MetaSubscription)
        {
            return null;
        }

        var values = new string?[Pointers.Length];
        JsonFields.TryRead(body, Pointers, values);
        return (source.Challenge, values) switch
        {
            (ChallengeKind.SlackUrlVerification, ["url_verification", { } challenge, ..]) =>
                new JsonObject { ["challenge"] = challenge }.ToJsonString(),
            (ChallengeKind.ZoomUrlValidation, [_, _, "endpoint.url_validation", { } token, ..]) =>
                new JsonObject { ["plainToken"] = token, ["encryptedToken"] = source.Hash(secretId, token) }.ToJsonString(),
            // Discord's webhook events have the type 1 too, and must not be lost
            (ChallengeKind.DiscordPing, ["1", .., null]) => """{"type":1}""",
            // And their ping is another one than that of interactions
            (ChallengeKind.DiscordPing, ["0", .., null]) => "",
            _ => null,
        };
    }

    /// <summary>What Meta wants back, if it asks with the token that was agreed on.</summary>
    public static string? Reply(WebhookSource source, IQueryCollection query)
    {
        if (source is not { Challenge: ChallengeKind.MetaSubscription, VerifyToken: { } token }
            || query["hub.mode"] is not ["subscribe"]
            || query["hub.verify_token"] is not [{ } sent]
            || query["hub.challenge"] is not [{ Length: > 0 and <= 255 } challenge])
        {
            return null;
        }

        return CryptographicOperations.FixedTimeEquals(Hash(sent), Hash(token)) ? challenge : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
