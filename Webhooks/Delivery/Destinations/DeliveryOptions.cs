namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Where events go.</summary>
public sealed class DeliveryOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Webhooks";

    /// <summary>The destinations by name: 1 to 40 lower-case letters, digits and hyphens.</summary>
    public Dictionary<string, DestinationOptions> Destinations { get; } = [];

    /// <summary>
    /// Addresses inside the own network that destinations may have: networks such as <c>10.1.0.0/16</c>, or host names such as
    /// <c>billing.internal</c> or <c>billing.internal:8443</c>. A cloud's metadata service is opened by its exact address only.
    /// </summary>
    public List<string> InternalTargets { get; } = [];
}
