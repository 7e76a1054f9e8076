namespace ProdReady.Webhooks.Verification;

/// <summary>What a signed time counts since 1970.</summary>
public enum TimestampUnit
{
    /// <summary>Milliseconds from 1e11 on (which as seconds would be the year 5138), else seconds.</summary>
    Auto,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Milliseconds.</summary>
    Milliseconds,
}
