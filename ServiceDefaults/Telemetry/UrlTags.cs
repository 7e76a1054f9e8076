using System.Buffers;
using System.Diagnostics;
using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Telemetry;

/// <summary>
/// Hides phone numbers in the URLs of spans, which go to more eyes than numbers may: the instrumentation hides what is in queries, and
/// nothing of a path. In every service, so that the gateway's spans do not show what the service's hide, and whatever the answer is.
/// </summary>
internal static class UrlTags
{
    /// <summary>The path of a request that was received.</summary>
    public const string Path = "url.path";

    /// <summary>The address of a request that was made.</summary>
    public const string Full = "url.full";

    /// <summary>Hardly any path has one of these, without which it has no number.</summary>
    private static readonly SearchValues<char> Signs = SearchValues.Create("+%");

    /// <summary>Hides numbers in a span's tag.</summary>
    public static void Redact(Activity activity, string tag)
    {
        if (activity.GetTagItem(tag) is string url && url.AsSpan().ContainsAny(Signs))
        {
            activity.SetTag(tag, Redact(url));
        }
    }

    /// <summary>The same URL, where there is nothing to hide.</summary>
    internal static string Redact(string url)
    {
        var path = url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? url[..query] : url;
        // A number can be encoded in whole or in part
        var plain = Uri.UnescapeDataString(path);
        var redacted = Redactor.Text(plain);
        return redacted == plain ? url : redacted + url[path.Length..];
    }
}
