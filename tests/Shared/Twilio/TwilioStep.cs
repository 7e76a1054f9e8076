namespace ProdReady.Testing;

/// <summary>A state that a message comes into, and how it is reported.</summary>
/// <param name="Status">Twilio's word for it.</param>
/// <param name="ErrorCode">Why it was not delivered.</param>
public sealed record TwilioStep(string Status, int? ErrorCode = null)
{
    /// <summary>How long after the step before; real time.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How often it is reported: 0 loses the callback, 2 repeats it.</summary>
    public int Callbacks { get; init; } = 1;

    /// <summary>How long the callback is under way; longer than the next step's, it arrives after that.</summary>
    public TimeSpan CallbackDelay { get; init; }

    /// <summary>Whether it is signed by somebody else.</summary>
    public bool Forged { get; init; }

    /// <summary>What it cost, as Twilio writes it, such as <c>-0.00750</c>.</summary>
    public string? Price { get; init; }

    /// <summary>Sent and delivered, each reported once, at once.</summary>
    public static IReadOnlyList<TwilioStep> Delivery { get; } = [new("sent"), new("delivered")];
}
