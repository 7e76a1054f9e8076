using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.OutputCaching;

/// <summary>
/// Keeps only what anybody would get: of requests without a token, a key or a cookie, the 200s that set no cookie and that the upstream
/// does not call private.
/// </summary>
internal sealed class PublicAnswersPolicy(NamedOutputCachePolicy options) : IOutputCachePolicy
{
    private readonly string[] _headers = [HeaderNames.Accept, HeaderNames.AcceptEncoding, HeaderNames.Origin, .. options.VaryByHeaders];

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var request = context.HttpContext.Request;
        var isPublic = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.Headers.Authorization.Count == 0
            && request.Headers.Cookie.Count == 0
            && !request.Headers.ContainsKey("X-Api-Key")
            && context.HttpContext.User.Identity is not { IsAuthenticated: true }
            // The framework's key strings a header's lines together: two of them would be what one says to somebody else
            && Array.TrueForAll(_headers, name => request.Headers[name].Count < 2);
        context.EnableOutputCaching = isPublic;
        context.AllowCacheLookup = context.AllowCacheStorage = isPublic;
        // Who waits for another's answer waits for that one's connection, too, however slowly it reads
        context.AllowLocking = false;
        context.ResponseExpirationTimeSpan = options.Expiration;
        // As it came: what case and order mean in it is the upstream's to say, and the framework's own keys know neither
        context.CacheVaryByRules.VaryByValues["query"] = request.QueryString.Value ?? "";
        context.CacheVaryByRules.HeaderNames = _headers;
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var response = context.HttpContext.Response;
        if (response.StatusCode != StatusCodes.Status200OK || response.Headers.SetCookie.Count > 0 || IsCutOff(context.HttpContext))
        {
            context.AllowCacheStorage = false;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Of an answer that broke off, by the upstream or since the caller has gone, what there is would look like all of it.</summary>
    private static bool IsCutOff(HttpContext context) =>
        context.GetForwarderErrorFeature() is not null || context.RequestAborted.IsCancellationRequested;

    /// <summary>By the upstream's own headers: the gateway's security headers tell browsers to keep nothing, whatever it says.</summary>
    public static ValueTask HeedUpstream(ResponseTransformContext context)
    {
        if (context.HttpContext.Features.Get<IOutputCacheFeature>()?.Context is not { } cache || context.ProxyResponse is not { } response)
        {
            return ValueTask.CompletedTask;
        }

        // An answer that depends on what the policy does not look at would reach callers that it is not for
        if (response.Headers.Vary.Any(name => !cache.CacheVaryByRules.HeaderNames.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            cache.AllowCacheStorage = false;
        }

        if (response.Headers.CacheControl is not { } control)
        {
            return ValueTask.CompletedTask;
        }

        var age = control.SharedMaxAge ?? control.MaxAge;
        if (control.Private || control.NoStore || control.NoCache || age <= TimeSpan.Zero)
        {
            cache.AllowCacheStorage = false;
        }
        else if (age < cache.ResponseExpirationTimeSpan)
        {
            cache.ResponseExpirationTimeSpan = age;
        }

        return ValueTask.CompletedTask;
    }
}
