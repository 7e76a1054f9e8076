using System.Buffers;

namespace ProdReady.Gateway.Proxy.Headers;

/// <summary>What names of methods and headers are made of: RFC 9110, 5.6.2.</summary>
internal static class HttpToken
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool Is(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(Characters);
}
