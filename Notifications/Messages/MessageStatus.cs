namespace ProdReady.Notifications.Messages;

/// <summary>The states of a message, as the database and the API spell them.</summary>
internal static class MessageStatus
{
    /// <summary>Committed; waits for its turn.</summary>
    public const string Accepted = "accepted";

    /// <summary>Committed; waits for its time.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Committed before the provider is called, so that a crash during the call leaves a trace.</summary>
    public const string Sending = "sending";

    /// <summary>The provider may or may not have taken it: it is looked for there. Not sent again before that is known.</summary>
    public const string Unknown = "unknown";

    /// <summary>The provider took it and gave it an id.</summary>
    public const string Sent = "sent";

    /// <summary>It is on the phone.</summary>
    public const string Delivered = "delivered";

    /// <summary>The carrier could not deliver it.</summary>
    public const string Undelivered = "undelivered";

    /// <summary>The provider refused it, or it could not be sent for too long.</summary>
    public const string Failed = "failed";

    /// <summary>Taken back before it was sent.</summary>
    public const string Canceled = "canceled";

    /// <summary>The number wants no messages from this sender.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Its time was over before it could be sent.</summary>
    public const string Expired = "expired";

    /// <summary>Those of messages that something will still be done about.</summary>
    public static readonly IReadOnlyList<string?> Waiting = [Accepted, Scheduled, Sending, Unknown];

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All =
        [Accepted, Scheduled, Sending, Unknown, Sent, Delivered, Undelivered, Failed, Canceled, Suppressed, Expired];
}
