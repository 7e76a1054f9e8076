using System.Text.Json.Serialization;

namespace ProdReady.Webhooks.Delivery;

/// <summary>One event for the destination whose queue holds this.</summary>
/// <param name="EventId">Our id of the event.</param>
/// <param name="ReceivedAt">When it came, which tells its partition.</param>
/// <param name="ReplayId">Which replay asked for it, if one did.</param>
internal sealed record DeliveryJob(Guid EventId, DateTimeOffset ReceivedAt, Guid? ReplayId = null)
{
    /// <summary>
    /// Tries of the job itself. They do not count: a delivery's tries are those that it has used up, by its schedule, and no number
    /// of crashes may lose it.
    /// </summary>
    public const int MaxAttempts = int.MaxValue;
}

[JsonSerializable(typeof(DeliveryJob))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
