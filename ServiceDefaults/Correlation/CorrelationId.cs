using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>The id that joins what all services say about one request.</summary>
public static class CorrelationId
{
    /// <summary>The header that carries it, in and out.</summary>
    public const string HeaderName = "X-Correlation-ID";

    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The id of this request; empty before the middleware ran.</summary>
    public static string Of(HttpContext context) => context.Items[HeaderName] as string ?? "";

    /// <summary>Whether a caller's id can be taken over: 1-64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    /// <remarks>Anything else could forge log lines or break the systems that the id is copied into.</remarks>
    public static bool IsValid(string? value) =>
        value is { Length: > 0 and <= MaxLength } && !value.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>A new id: the trace id where there is one, so that either finds the other.</summary>
    internal static string Create() =>
        Activity.Current?.TraceId.ToHexString() ?? ActivityTraceId.CreateRandom().ToHexString();

    internal static void Set(HttpContext context, string id) => context.Items[HeaderName] = id;
}
