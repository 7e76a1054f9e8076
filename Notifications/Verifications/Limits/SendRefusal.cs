namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>Why a code is not sent now.</summary>
/// <param name="Reason">Which limit.</param>
/// <param name="RetryAfter">How long to wait.</param>
internal sealed record SendRefusal(RefusalReason Reason, TimeSpan RetryAfter);

/// <summary>Which limit refuses a code.</summary>
internal enum RefusalReason
{
    /// <summary>The last code to the number for this purpose was just now.</summary>
    CoolDown,

    /// <summary>The number got as many as it may get in a day.</summary>
    NumberLimit,

    /// <summary>The client's address had as many as it may have in an hour.</summary>
    ClientLimit,

    /// <summary>Hardly any code that went to such numbers came back.</summary>
    PrefixBlocked,

    /// <summary>The day's money is spent.</summary>
    SpendCap,

    /// <summary>The provider has a limit of its own.</summary>
    ProviderLimit,
}

/// <summary>Reasons in words.</summary>
internal static class RefusalReasons
{
    /// <summary>For metrics and logs.</summary>
    public static string Text(this RefusalReason reason) => reason switch
    {
        RefusalReason.CoolDown => "cool_down",
        RefusalReason.NumberLimit => "number_limit",
        RefusalReason.ClientLimit => "client_limit",
        RefusalReason.PrefixBlocked => "prefix_blocked",
        RefusalReason.SpendCap => "spend_cap",
        _ => "provider_limit",
    };
}
