namespace ProdReady.Notifications.Providers;

/// <summary>How the database and the API spell a <see cref="ProviderStatus"/>.</summary>
internal static class ProviderStatuses
{
    /// <summary>In small letters, as providers do; <see langword="null"/> for one that is not known.</summary>
    public static string? Text(ProviderStatus status) => status switch
    {
        ProviderStatus.Accepted => "accepted",
        ProviderStatus.Scheduled => "scheduled",
        ProviderStatus.Queued => "queued",
        ProviderStatus.Sending => "sending",
        ProviderStatus.Sent => "sent",
        ProviderStatus.Delivered => "delivered",
        ProviderStatus.Undelivered => "undelivered",
        ProviderStatus.Failed => "failed",
        ProviderStatus.Canceled => "canceled",
        ProviderStatus.Read => "read",
        _ => null,
    };

    /// <summary>Reads <see cref="Text"/>.</summary>
    public static ProviderStatus Parse(string? text) =>
        Enum.TryParse<ProviderStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : ProviderStatus.Other;
}
