namespace ProdReady.Webhooks.Delivery;

/// <summary>What became of a delivery, as in <c>webhooks.deliveries</c>.</summary>
internal static class DeliveryState
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Dead = "dead";
}
