using System.Text.Json.Serialization;
using ProdReady.Notifications.Messages;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Sending;

/// <summary>A message to send, with what is needed to choose a sender for it.</summary>
/// <param name="Id">The message.</param>
/// <param name="Country">The country of its number.</param>
/// <param name="Segments">How many segments it takes.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="QuietZones">The time zones whose quiet hours it waits for; <see langword="null"/> where its row has to say.</param>
internal sealed record SendJob(Guid Id, string Country, int Segments, MessageKind Kind, IReadOnlyList<string>? QuietZones = null)
{
    /// <summary>The queue of codes: it has slots of its own, so that no number of slow calls for others keeps a code waiting.</summary>
    public const string CodesQueue = "sms_codes";

    /// <summary>The queue of all others.</summary>
    public const string MessagesQueue = "sms";

    /// <summary>The queue that the job belongs to.</summary>
    [JsonIgnore]
    public string Queue => Kind == MessageKind.Code ? CodesQueue : MessagesQueue;

    /// <summary>The job as it is enqueued. Of each message there is one at a time.</summary>
    /// <param name="delay">How long it waits.</param>
    /// <param name="origin">What it is a part of, where that is not what the calling code is a part of.</param>
    public NewJob<SendJob> ToEnqueue(TimeSpan delay, JobOrigin? origin = null) => new(this)
    {
        DeduplicationKey = Id.ToString("N"),
        Priority = Kind.Priority(),
        Delay = delay > TimeSpan.Zero ? delay : TimeSpan.Zero,
        // The message's own rules end it, not the queue's
        MaxAttempts = int.MaxValue,
        Origin = origin,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SendJob))]
internal sealed partial class SendJson : JsonSerializerContext;
