using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>The key of a request: <c>X-Api-Key</c>, or <c>Authorization: Bearer</c> (RFC 6750), or the same in both.</summary>
internal readonly ref struct PresentedKey
{
    public const string HeaderName = "X-Api-Key";
    private const string BearerPrefix = "Bearer ";

    private PresentedKey(ReadOnlySpan<char> text, bool isAmbiguous)
    {
        Text = text;
        IsAmbiguous = isAmbiguous;
    }

    /// <summary>Empty if there is none.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>Whether different ones were sent. Which of them counts must not depend on who reads them.</summary>
    public bool IsAmbiguous { get; }

    public static PresentedKey Read(IHeaderDictionary headers)
    {
        var keys = headers[HeaderName];
        var authorizations = headers.Authorization;
        if (keys.Count > 1 || authorizations.Count > 1)
        {
            return new(default, isAmbiguous: true);
        }

        var key = keys.Count == 0 ? default : keys[0].AsSpan().Trim();
        var authorization = authorizations.Count == 0 ? default : authorizations[0].AsSpan();
        var bearer = authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerPrefix.Length..].Trim()
            : default;
        if (key.IsEmpty)
        {
            return new(bearer, isAmbiguous: false);
        }

        return bearer.IsEmpty || bearer.SequenceEqual(key) ? new(key, isAmbiguous: false) : new(default, isAmbiguous: true);
    }

    /// <summary>
    /// The key that is to be counted. <c>Authorization</c> may hold a token of the API behind, and nothing that is sent beside a key may take it
    /// out of the count.
    /// </summary>
    public static PresentedKey ForCounting(IHeaderDictionary headers)
    {
        foreach (var text in headers[HeaderName])
        {
            if (ApiKeyText.TryParse(text.AsSpan().Trim(), out _))
            {
                return new(text.AsSpan().Trim(), isAmbiguous: false);
            }
        }

        return Read(headers);
    }
}
