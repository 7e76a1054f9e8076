using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>The id that joins what all services say about one request.</summary>
public static class CorrelationId
{
    /// <summary>The header that carries it, in and out.</summary>
    public const string HeaderName = "X-Correlation-ID";

    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly HttpContextAccessor Request = new();

    /// <summary>
    /// The id of the work that the calling code is part of: a job's or a request's; else <see langword="null"/>. Log lines and
    /// outgoing calls take it from here.
    /// </summary>
    public static string? Current => AmbientCorrelation.Id ?? OfRequest();

    /// <summary>
    /// The id of this request: the caller's if it is valid, else a new one. Whoever asks first decides it, so that also what
    /// the server logs ahead of all middleware has it.
    /// </summary>
    public static string Of(HttpContext context)
    {
        if (context.Features.Get<DecidedId>() is { } decided)
        {
            return decided.Id;
        }

        var received = context.Request.Headers[HeaderName];
        var id = received.Count == 1 && IsValid(received[0]) ? received[0]! : Create();
        context.Features.Set(new DecidedId(id));
        return id;
    }

    /// <summary>Whether a caller's id can be taken over: 1-64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    /// <remarks>Anything else could forge log lines or break the systems that the id is copied into.</remarks>
    public static bool IsValid(string? value) =>
        value is { Length: > 0 and <= MaxLength } && !value.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Whether the request that a server holds has an id, as every one has that came to the middleware.</summary>
    internal static bool IsDecided(IFeatureCollection features) => features.Get<DecidedId>() is not null;

    private static string? OfRequest()
    {
        try
        {
            return Request.HttpContext is { } context ? Of(context) : null;
        }
        catch (ObjectDisposedException)
        {
            // Work that outlived its request, at the moment of the request's end
            return null;
        }
    }

    /// <summary>A feature, because the request's Items would be a dictionary for this alone.</summary>
    private sealed record DecidedId(string Id);

    /// <summary>A new id: the trace id where there is one, so that either finds the other.</summary>
    private static string Create() =>
        (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}
