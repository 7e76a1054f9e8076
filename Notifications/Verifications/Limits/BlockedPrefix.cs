namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>Where no codes go for a time.</summary>
/// <param name="Prefix">The beginning of the numbers, or the code of their country.</param>
/// <param name="Sent">Codes of the hour before that counted.</param>
/// <param name="Approved">How many of them were approved.</param>
/// <param name="BlockedAt">Since when.</param>
/// <param name="Until">Until when.</param>
internal sealed record BlockedPrefix(string Prefix, int Sent, int Approved, DateTimeOffset BlockedAt, DateTimeOffset Until);
