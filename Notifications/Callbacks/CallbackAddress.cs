using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Callbacks;

namespace ProdReady.Notifications.Callbacks;

/// <summary>The addresses that providers are given, and that they sign.</summary>
internal sealed class CallbackAddress(IOptions<CallbackOptions> options)
{
    /// <summary>Where Twilio reports the states of messages.</summary>
    public const string StatusPath = "/notifications/twilio/status";

    /// <summary>Where Twilio brings what people answer.</summary>
    public const string InboundPath = "/notifications/twilio/inbound";

    /// <summary>The parameter that has our id of the message.</summary>
    public const string MessageParameter = "message";

    private readonly string? _publicUrl = options.Value.PublicUrl is { Length: > 0 } url ? url.TrimEnd('/') : null;

    /// <summary>Whether it is known where providers reach us.</summary>
    public bool IsKnown => _publicUrl is not null;

    /// <summary>Where the states of a message are to be reported, if anywhere.</summary>
    public Uri? StatusOf(Guid message) => _publicUrl is null ? null : new($"{_publicUrl}{StatusPath}?{MessageParameter}={message}");

    /// <summary>The address that the sender of a request called, as it wrote it: it is what the signature is over.</summary>
    /// <remarks>Without <c>PUBLIC_URL</c> it is what the proxies in front of us say; a forged header only breaks the signature.</remarks>
    public string Of(HttpRequest request) =>
        SenderUrl.Of(request, _publicUrl is null ? null : _publicUrl + request.PathBase.ToUriComponent() + request.Path.ToUriComponent());
}
