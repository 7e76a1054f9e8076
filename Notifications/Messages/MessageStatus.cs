namespace ProdReady.Notifications.Messages;

/// <summary>The states of a message, as the database and the API spell them.</summary>
internal static class MessageStatus
{
    /// <summary>Committed; waits for its turn.</summary>
    public const string Accepted = "accepted";

    /// <summary>Committed before Twilio is called, so that a crash during the call leaves a trace.</summary>
    public const string Sending = "sending";

    /// <summary>Twilio took it and gave it a SID.</summary>
    public const string Sent = "sent";

    /// <summary>Twilio refused it, or it could not be sent for too long.</summary>
    public const string Failed = "failed";

    /// <summary>Twilio may or may not have taken it. Never sent again by itself.</summary>
    public const string Unknown = "unknown";
}
