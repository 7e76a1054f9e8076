namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>One receiver of events: <c>Webhooks:Destinations:{name}</c>.</summary>
public sealed class DestinationOptions
{
    /// <summary>Where events are posted to: https, outside of Development. Required.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// Which events it gets, as <c>source:type</c>; <c>*</c> stands for any source, and in a type for any characters. A source alone
    /// means all its events. Required.
    /// </summary>
    public List<string> Subscriptions { get; } = [];

    /// <summary>What deliveries are signed with, by Standard Webhooks: <c>whsec_</c> and 24 to 64 bytes in base64. Required.</summary>
    public string? SigningSecret { get; set; }

    /// <summary>How long an answer may take, from 100 ms to 5 minutes. Default: 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Deliveries that one process has under way at a time, from 1 to 256. Default: 8.</summary>
    public int Concurrency { get; set; } = DefaultConcurrency;

    /// <summary>Deliveries a second that one process begins at most, from 0.01 to 10,000. Default: no limit.</summary>
    public double? Rate { get; set; }

    /// <summary>
    /// What tells events that must arrive in their order: a JSON pointer (RFC 6901) into the body such as <c>/data/customer</c>, or
    /// <c>header:Name</c>. Of events with an equal value, one is under way at a time. Default: no order.
    /// </summary>
    public string? OrderingKey { get; set; }

    /// <summary>
    /// How long to wait after each failed try; one more than these are made. 1 to 50 delays of 10 ms to 7 days. Default: 5 s, 5 min,
    /// 30 min, 2 h, 5 h, 10 h, 10 h.
    /// </summary>
    public List<TimeSpan>? RetrySchedule { get; set; }

    /// <summary>Headers of the original request that are sent on. Default: none but those of the content.</summary>
    public List<string> Headers { get; } = [];

    /// <summary>Failures in a row that open the circuit, from 1 to 1,000. Default: 5.</summary>
    public int CircuitFailures { get; set; } = 5;

    /// <summary>Whether it gets new events, and what waits for it is sent. Default: yes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What <see cref="Concurrency"/> is if nothing is set.</summary>
    internal const int DefaultConcurrency = 8;

    /// <summary>What <see cref="RetrySchedule"/> is if nothing is set.</summary>
    internal static IReadOnlyList<TimeSpan> DefaultRetrySchedule { get; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];
}
