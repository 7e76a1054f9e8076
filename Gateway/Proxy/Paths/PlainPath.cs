using System.Text;

namespace ProdReady.Gateway.Proxy.Paths;

/// <summary>
/// Other spellings of a path that servers take for the same: nginx merges slashes, Tomcat and Spring drop <c>;parameters</c> of segments, IIS takes a
/// backslash for a slash. A route is found by the plain path, so that none of them passes by a route's own limits and policies; the upstream gets
/// the path as it came.
/// </summary>
internal static class PlainPath
{
    private static readonly object Key = new();

    /// <summary>Routing by the plain path.</summary>
    public static void UsePlainRouting(this WebApplication app)
    {
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            if (Of(context.Request.Path.Value) is { } plain)
            {
                context.Items[Key] = context.Request.Path;
                context.Request.Path = plain;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            if (context.Items.Remove(Key, out var original))
            {
                context.Request.Path = (PathString)original!;
            }

            return next(context);
        });
    }

    /// <summary>The plain spelling of a path, whose escapes are decoded but for <c>%2F</c>; null where it is plain.</summary>
    public static string? Of(string? path)
    {
        if (path is null || (path.AsSpan().IndexOfAny(';', '\\') < 0 && !path.Contains("//", StringComparison.Ordinal)))
        {
            return null;
        }

        var plain = new StringBuilder(path.Length);
        var isParameter = false;
        foreach (var letter in path)
        {
            if (letter is '/' or '\\')
            {
                isParameter = false;
                if (plain.Length == 0 || plain[^1] != '/')
                {
                    plain.Append('/');
                }
            }
            else
            {
                isParameter |= letter == ';';
                if (!isParameter)
                {
                    plain.Append(letter);
                }
            }
        }

        return plain.ToString();
    }
}
