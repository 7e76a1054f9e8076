using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Statuses;

/// <summary>What a provider says of a message, in a callback or when it was asked.</summary>
/// <param name="MessageId">Our id of it, where the report has it: for one whose send was never answered, all there is to know it by.</param>
/// <param name="Provider">Whose report it is: <see cref="ISmsProvider.Name"/>.</param>
/// <param name="Message">The message.</param>
/// <param name="Failure">Why it was not delivered.</param>
internal sealed record StatusReport(Guid? MessageId, string Provider, ProviderMessage Message, ProviderFailure? Failure)
{
    /// <summary>The recipient, in E.164 form, where it is known.</summary>
    public string? To { get; init; }
}

/// <summary>What a report did.</summary>
internal enum StatusEffect
{
    /// <summary>The message came into another state.</summary>
    Moved,

    /// <summary>Nothing that was not known: a repetition, or older than what is known.</summary>
    Nothing,

    /// <summary>No message is known by this id.</summary>
    NotOurs,

    /// <summary>Another message that looks the same is on its way just now, and may be the one: ask again.</summary>
    Later,
}
