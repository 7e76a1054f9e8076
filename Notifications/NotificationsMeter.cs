namespace ProdReady.Notifications;

/// <summary>The meter that all parts of the service count with.</summary>
internal static class NotificationsMeter
{
    /// <summary>Its name.</summary>
    public const string Name = "ProdReady.Notifications";
}
