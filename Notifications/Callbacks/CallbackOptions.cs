using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace ProdReady.Notifications.Callbacks;

/// <summary>Where providers reach this service.</summary>
public sealed class CallbackOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Callbacks";

    /// <summary>
    /// The gateway's address as the internet sees it (<c>PUBLIC_URL</c>): https; http only for this machine. A path in front of
    /// <c>/notifications</c> is fine. Without it no callbacks are asked for, and delivery is found out by polling.
    /// </summary>
    [SuppressMessage("Design", "CA1056:URI-like properties should not be strings", Justification = "Validated with the rest")]
    public string? PublicUrl { get; set; }
}

/// <summary>Checks the address: Twilio refuses each message whose callback it cannot reach.</summary>
internal sealed class ValidateCallbackOptions : IValidateOptions<CallbackOptions>
{
    public ValidateOptionsResult Validate(string? name, CallbackOptions options) => Problem(options.PublicUrl) is { } problem
        ? ValidateOptionsResult.Fail($"PUBLIC_URL (Callbacks:PublicUrl) {problem}. Example: https://api.example.com")
        : ValidateOptionsResult.Success;

    private static string? Problem(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            return null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri switch
            {
                { Scheme: "http", IsLoopback: false } => "is http, which is for localhost only: others could read what is sent",
                { Query.Length: > 0 } or { Fragment.Length: > 0 } or { UserInfo.Length: > 0 } => "has a query, a fragment or credentials",
                _ when uri.Host.Contains('_') => "has an underscore in its host's name, which Twilio does not call",
                _ => null,
            }
            : "is not an absolute https address";
    }
}
