using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

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
    private static readonly AsyncLocal<string?> Background = new();

    /// <summary>
    /// The id of the work that the calling code is part of: a request's, or what <see cref="Begin"/> began; else
    /// <see langword="null"/>. Log lines and outgoing calls take it from here.
    /// </summary>
    public static string? Current =>
        Background.Value ?? (Request.HttpContext is { } context ? Of(context) : null);

    /// <summary>
    /// The id of this request: the caller's if it is valid, else a new one. Whoever asks first decides it, so that also what
    /// the server logs ahead of all middleware has it.
    /// </summary>
    public static string Of(HttpContext context)
    {
        if (context.Items.TryGetValue(HeaderName, out var decided))
        {
            return (string)decided!;
        }

        var received = context.Request.Headers[HeaderName];
        var id = received.Count == 1 && IsValid(received[0]) ? received[0]! : Create();
        context.Items[HeaderName] = id;
        return id;
    }

    /// <summary>Whether a caller's id can be taken over: 1-64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    /// <remarks>Anything else could forge log lines or break the systems that the id is copied into.</remarks>
    public static bool IsValid(string? value) =>
        value is { Length: > 0 and <= MaxLength } && !value.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>
    /// Does what follows under an id, until the answer is disposed of: for work that goes on without the request that caused
    /// it, such as a job that kept its request's id.
    /// </summary>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    public static IDisposable Begin(string id, ILogger logger)
    {
        if (!IsValid(id))
        {
            throw new ArgumentException("A correlation id is 1-64 characters of [A-Za-z0-9._-].", nameof(id));
        }

        var scope = new BackgroundScope(Background.Value, logger.BeginScope(new CorrelationScope(id)));
        Background.Value = id;
        return scope;
    }

    /// <summary>A new id: the trace id where there is one, so that either finds the other.</summary>
    private static string Create() =>
        (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();

    private sealed class BackgroundScope(string? outer, IDisposable? scope) : IDisposable
    {
        public void Dispose()
        {
            Background.Value = outer;
            scope?.Dispose();
        }
    }
}
