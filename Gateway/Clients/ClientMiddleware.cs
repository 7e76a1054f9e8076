using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Clients;

/// <summary>
/// Makes the connection's address and scheme the client's own where a proxy of ours forwarded the request, and refuses networks that may not
/// call. What a peer that is no proxy of ours says about itself is not believed; once, the log says so, since that is how a forgotten setting
/// shows: all clients behind a balancer would share one limit.
/// </summary>
internal sealed partial class ClientMiddleware(
    RequestDelegate next, ClientAddressSource addresses, ILoggerFactory loggers, ILogger<ClientMiddleware> logger)
{
    private volatile Forwarding? _forwarding;
    private int _hasWarned;

    public Task InvokeAsync(HttpContext context)
    {
        var current = addresses.Current;
        if (!context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName)
            && !context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedProtoHeaderName))
        {
            return AdmitAsync(context);
        }

        if (!current.IsTrusted(context.Connection.RemoteIpAddress))
        {
            if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
            {
                Log.Untrusted(logger, context.Connection.RemoteIpAddress?.ToString() ?? "a local peer");
            }

            return AdmitAsync(context);
        }

        if (_forwarding is not { } forwarding || !ReferenceEquals(forwarding.Addresses, current))
        {
            _forwarding = forwarding = new(current, new(AdmitAsync, loggers, Options.Create(ForwardedOptions(current))));
        }

        Unmap(context.Request.Headers);
        return forwarding.Middleware.Invoke(context);
    }

    /// <summary>
    /// Writes hops that are IPv4 addresses mapped into IPv6 as IPv4. <see cref="System.Net.IPNetwork"/> finds those in networks of IPv6 that
    /// do not hold them: a client behind a proxy that writes them would itself be taken for a proxy, and could name any address.
    /// </summary>
    private static void Unmap(IHeaderDictionary headers)
    {
        var forwarded = headers[ForwardedHeadersDefaults.XForwardedForHeaderName];
        if (forwarded.ToString().Contains("ffff:", StringComparison.OrdinalIgnoreCase))
        {
            headers[ForwardedHeadersDefaults.XForwardedForHeaderName] = string.Join(", ", forwarded
                .SelectMany(line => line?.Split(',') ?? [])
                .Select(hop => IPEndPoint.TryParse(hop.Trim(), out var peer) && peer.Address.IsIPv4MappedToIPv6
                    ? ClientAddresses.Normal(peer.Address).ToString()
                    : hop.Trim()));
        }
    }

    private static ForwardedHeadersOptions ForwardedOptions(ClientAddresses addresses)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // With networks, as far back as each hop is one of ours
            ForwardLimit = addresses.Options.TrustedProxyCount > 0 ? addresses.Options.TrustedProxyCount : null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in addresses.TrustedProxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        return options;
    }

    private Task AdmitAsync(HttpContext context) => addresses.Current.MayCall(context.Connection.RemoteIpAddress)
        ? next(context)
        : TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            title: "Not from here",
            detail: "Calls from this address are not allowed.").ExecuteAsync(context);

    private sealed record Forwarding(ClientAddresses Addresses, ForwardedHeadersMiddleware Middleware);

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "{Peer} sent X-Forwarded-For but is not a trusted proxy, so it counts as the client itself. "
            + "If it is your balancer, name its network in Clients:TrustedProxies, or all its clients share one limit")]
        public static partial void Untrusted(ILogger logger, string peer);
    }
}
