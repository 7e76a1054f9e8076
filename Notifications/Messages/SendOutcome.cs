namespace ProdReady.Notifications.Messages;

/// <summary>What came of one try to send a message.</summary>
/// <param name="Status">The state that it comes into.</param>
/// <param name="ProviderSid">Twilio's id of it, where it was sent.</param>
/// <param name="ErrorCode">Twilio's error code, where it gave one.</param>
/// <param name="Error">A sentence, where it was not sent.</param>
/// <param name="NextAttemptAt">When to try again, where that is safe.</param>
internal sealed record SendOutcome(
    string Status, string? ProviderSid = null, int? ErrorCode = null, string? Error = null, DateTimeOffset? NextAttemptAt = null);
