namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Finds what the binder drops without a word: values of a wrong type, values where a group belongs, mistyped keys.</summary>
internal static class UnreadableDestinations
{
    private static readonly string[] Lists =
        [nameof(DestinationOptions.Subscriptions), nameof(DestinationOptions.RetrySchedule), nameof(DestinationOptions.Headers)];

    private static readonly string[] Keys =
    [
        nameof(DestinationOptions.Url), nameof(DestinationOptions.Subscriptions), nameof(DestinationOptions.SigningSecret),
        nameof(DestinationOptions.Timeout), nameof(DestinationOptions.Concurrency), nameof(DestinationOptions.Rate),
        nameof(DestinationOptions.OrderingKey), nameof(DestinationOptions.RetrySchedule), nameof(DestinationOptions.Headers),
        nameof(DestinationOptions.CircuitFailures), nameof(DestinationOptions.Enabled),
    ];

    public static IEnumerable<string> Failures(IConfiguration configuration)
    {
        foreach (var destination in configuration.GetSection($"{DeliveryOptions.SectionName}:Destinations").GetChildren())
        {
            if (!string.IsNullOrEmpty(destination.Value))
            {
                // Not quoted: it may be the secret
                yield return $"{destination.Path} is a value, but a destination is a group of settings. Example: {destination.Path}:Url";
                continue;
            }

            foreach (var setting in destination.GetChildren())
            {
                if (!Keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                {
                    yield return $"{setting.Path} is not a setting of a destination. Known: {string.Join(", ", Keys)}. "
                        + $"Example: {destination.Path}:Url";
                }
                else if (Lists.Contains(setting.Key, StringComparer.OrdinalIgnoreCase) && !string.IsNullOrEmpty(setting.Value))
                {
                    yield return $"{setting.Path} is a value, but should be a list. Example: {setting.Path}:0";
                }
            }

            if (BindingError(destination) is { } error)
            {
                yield return error;
            }
        }
    }

    /// <remarks>The binder's message quotes the value. Secrets are text, which every value can be read as.</remarks>
    private static string? BindingError(IConfigurationSection destination)
    {
        try
        {
            destination.Get<DestinationOptions>();
            // The binder leaves unreadable members of a list out
            foreach (var delay in destination.GetSection(nameof(DestinationOptions.RetrySchedule)).GetChildren())
            {
                delay.Get<TimeSpan>();
            }

            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"{exception.Message} Examples: 00:05:00 for a time span, 8 for a number, true for a switch";
        }
    }
}
