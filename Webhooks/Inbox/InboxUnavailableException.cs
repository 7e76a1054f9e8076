namespace ProdReady.Webhooks.Inbox;

/// <summary>The database did not do its part in time. Whether it committed is not known; sending again is safe.</summary>
internal sealed class InboxUnavailableException(Exception inner) : Exception("The inbox is not available.", inner);
