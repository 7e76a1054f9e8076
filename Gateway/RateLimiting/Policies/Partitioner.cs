using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using ProdReady.Gateway.Clients;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>Finds out whose count a request belongs to.</summary>
internal sealed class Partitioner
{
    /// <summary>Longer values of headers and routes are cut: nobody may fill Redis with keys of a megabyte.</summary>
    private const int LongestValue = 128;

    /// <summary>All requests together.</summary>
    public static readonly Partitioner Global = new(["global"]);

    private static readonly string[] Plain = ["ip", "api-key", "user", "global"];

    private readonly string[] _parts;

    private Partitioner(string[] parts)
    {
        _parts = parts;
        NeedsApiKey = parts.Contains("api-key");
    }

    /// <summary>Whether the count, and with it perhaps the quota, is an API key's.</summary>
    public bool NeedsApiKey { get; }

    /// <summary>Whether a partition is an API key, and nothing else.</summary>
    public bool IsApiKeyAlone => _parts is ["api-key"];

    /// <summary>Whether a partition belongs to one caller, whatever it calls.</summary>
    public bool IsCallers => !_parts.Contains("global") && !_parts.Any(part => part.StartsWith("route:", StringComparison.Ordinal));

    /// <summary>Reads <c>ip</c>, <c>api-key</c>, <c>user</c>, <c>header:Name</c>, <c>route:name</c>, <c>global</c>, or several joined by <c>+</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Partitioner? partitioner)
    {
        var parts = text.Split('+', StringSplitOptions.TrimEntries);
        partitioner = parts.All(IsKnown) ? new(parts) : null;
        return partitioner is not null;
    }

    /// <summary>
    /// Whose count it is; <see langword="null"/> where the policy does not apply, since the request has no API key or no user.
    /// </summary>
    public string? Of(HttpContext context, ApiKey? key, ClientAddresses addresses)
    {
        if (_parts.Length == 1)
        {
            return Part(_parts[0], context, key, addresses);
        }

        var values = new string[_parts.Length];
        for (var index = 0; index < values.Length; index++)
        {
            if (Part(_parts[index], context, key, addresses) is not { } value)
            {
                return null;
            }

            // Joined unambiguously: no value can hold the separator
            values[index] = value.Replace("+", "%2B", StringComparison.Ordinal);
        }

        return string.Join('+', values);
    }

    private static bool IsKnown(string part) =>
        Plain.Contains(part) || (Named(part) is { Length: > 0 } name && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));

    private static string? Named(string part) =>
        part.StartsWith("header:", StringComparison.Ordinal) || part.StartsWith("route:", StringComparison.Ordinal)
            ? part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : null;

    private static string? Part(string part, HttpContext context, ApiKey? key, ClientAddresses addresses) => part switch
    {
        "ip" => addresses.PartitionOf(context.Connection.RemoteIpAddress),
        "api-key" => key?.Id,
        "user" => context.User.Identity is { IsAuthenticated: true } && context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } user
            ? Cut(user)
            : null,
        "global" => "all",
        // Who leaves the header out shares one count with all who do, so that leaving it out gains nothing
        _ when part.StartsWith('h') => Cut(context.Request.Headers[Named(part)!].ToString()),
        // Routes do not mind case either: another spelling of a value is no other count
        _ => Cut(context.Request.RouteValues[Named(part)!]?.ToString()?.ToLowerInvariant() ?? ""),
    };

    private static string Cut(string value) => value.Length == 0 ? "-" : value.Length <= LongestValue ? value : value[..LongestValue];
}
