namespace ProdReady.Webhooks.Verification;

/// <summary>Whose way it is to ask whether an address is meant to receive, before it sends events there.</summary>
internal enum ChallengeKind
{
    None,

    /// <summary>Slack sends <c>url_verification</c>, and wants its <c>challenge</c> back.</summary>
    SlackUrlVerification,

    /// <summary>Zoom sends <c>endpoint.url_validation</c>, and wants its token and the token's HMAC.</summary>
    ZoomUrlValidation,

    /// <summary>Meta asks by GET with a token that was agreed on.</summary>
    MetaSubscription,

    /// <summary>Discord sends type 1 for interactions, and wants type 1; for events it sends type 0, and wants 204.</summary>
    DiscordPing,
}
