using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Delivery.Handling;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>Reports every wrong setting at once. No message ever quotes a secret.</summary>
internal sealed partial class ValidateDeliveryOptions(
    IConfiguration configuration, IHostEnvironment environment, IEnumerable<HandlerRegistration> handlers)
    : IValidateOptions<DeliveryOptions>
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);
    private const int MostDelays = 50;

    /// <summary>Whether a name can be a part of a queue's.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    public ValidateOptionsResult Validate(string? name, DeliveryOptions options)
    {
        var failures = UnreadableDestinations.Failures(configuration).ToList();
        foreach (var (destination, settings) in options.Destinations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!IsName(destination))
            {
                failures.Add(
                    $"Webhooks:Destinations holds the name '{destination}': use 1 to 40 lower-case letters, digits and hyphens. "
                    + "Example: Webhooks:Destinations:billing");
            }
            else if (handlers.Any(handler => handler.Name == destination))
            {
                failures.Add($"Webhooks:Destinations:{destination} has the name of a handler of this service. Example: {destination}-http");
            }
            else
            {
                failures.AddRange(Failures($"Webhooks:Destinations:{destination}", settings ?? new DestinationOptions()));
            }
        }

        failures.AddRange(options.InternalTargets
            .Select((target, index) => (target, index))
            .Where(entry => !InternalTarget.TryParse(entry.target, out _))
            .Select(entry => $"Webhooks:InternalTargets:{entry.index} is '{entry.target}', which is no network and no host name. "
                + "Examples: 10.1.0.0/16, billing.internal, billing.internal:8443"));
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private IEnumerable<string> Failures(string key, DestinationOptions settings)
    {
        if (UrlProblem(settings.Url) is { } problem)
        {
            yield return $"{key}:Url {problem}. Example: https://example.com/webhooks";
        }

        if (settings.Subscriptions.Count == 0)
        {
            yield return $"{key}:Subscriptions is empty, so that it would get nothing. Example: stripe:invoice.*";
        }

        foreach (var text in settings.Subscriptions.Where(text => !Subscription.TryParse(text, out _)))
        {
            yield return $"{key}:Subscriptions holds '{text}', which is not a source, a colon and a pattern. Example: stripe:invoice.*";
        }

        if (!SigningKey.TryParse(settings.SigningSecret, out _))
        {
            yield return $"{key}:SigningSecret {(string.IsNullOrWhiteSpace(settings.SigningSecret) ? "is missing or blank" : "cannot be read")}. "
                + "Example: whsec_ and 24 to 64 random bytes in base64, by: echo whsec_$(openssl rand -base64 32)";
        }

        foreach (var failure in Numbers(key, settings))
        {
            yield return failure;
        }

        if (!string.IsNullOrEmpty(settings.OrderingKey) && !OrderingKey.TryParse(settings.OrderingKey, out _))
        {
            yield return $"{key}:OrderingKey is '{settings.OrderingKey}', which is neither a JSON pointer nor a header. "
                + "Examples: /data/customer, header:X-Shop";
        }

        foreach (var header in settings.Headers.Where(header => !HeaderNames.IsToken(header) || !HeaderNames.MayBeForwarded(header)))
        {
            yield return $"{key}:Headers holds '{header}', which {(HeaderNames.IsToken(header) ? "is not sent on" : "is no header's name")}. "
                + "Example: X-Shopify-Topic";
        }
    }

    private static IEnumerable<string> Numbers(string key, DestinationOptions settings)
    {
        if (settings.Timeout < TimeSpan.FromMilliseconds(100) || settings.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return $"{key}:Timeout is {settings.Timeout:c}, outside 00:00:00.1 to 00:05:00. Example: 00:00:15";
        }

        if (settings.Concurrency is < 1 or > 256)
        {
            yield return $"{key}:Concurrency is {settings.Concurrency}, outside 1 to 256. Example: 8";
        }

        if (settings.Rate is { } rate && rate is not (>= 0.01 and <= 10_000))
        {
            yield return $"{key}:Rate is {FormattableString.Invariant($"{rate}")}, outside 0.01 to 10000 a second. Example: 50";
        }

        if (settings.CircuitFailures is < 1 or > 1_000)
        {
            yield return $"{key}:CircuitFailures is {settings.CircuitFailures}, outside 1 to 1000. Example: 5";
        }

        if (settings.RetrySchedule is { Count: > MostDelays })
        {
            yield return $"{key}:RetrySchedule has {settings.RetrySchedule.Count} delays, more than {MostDelays}. Example: 00:00:05";
        }

        foreach (var delay in settings.RetrySchedule?.Where(delay => delay < ShortestDelay || delay > LongestDelay) ?? [])
        {
            yield return $"{key}:RetrySchedule holds {delay:c}, outside 00:00:00.01 to 7.00:00:00. Example: 00:00:05";
        }
    }

    /// <remarks>The URL is not quoted: its path or query may be a secret of the receiver's.</remarks>
    private string? UrlProblem(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "is missing or blank";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            return "is no URL of the web";
        }

        if (url.UserInfo.Length > 0)
        {
            return "holds a user or password, which would end up in logs";
        }

        return url.Scheme != Uri.UriSchemeHttps && !environment.IsDevelopment() ? "is not https, which is required outside Development" : null;
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex Name();
}
