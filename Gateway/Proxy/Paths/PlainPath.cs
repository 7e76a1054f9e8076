using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.Proxy.Paths;

/// <summary>
/// Other spellings of a path that servers take for the same: nginx merges slashes, Tomcat and Spring drop <c>;parameters</c> of segments. A route is
/// found by the plain path, so that none of them passes by a route's own limits and policies; the upstream gets the path as it came.
/// </summary>
internal static class PlainPath
{
    private static readonly object Key = new();

    /// <summary>Routing by the plain path. The gateway's own endpoints have one spelling.</summary>
    public static void UsePlainRouting(this WebApplication app)
    {
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            if (Of(context.Request.Path.Value, out var isAmbiguous) is not { } plain)
            {
                return isAmbiguous ? RefuseAsync(context) : next(context);
            }

            context.Items[Key] = context.Request.Path;
            context.Request.Path = plain;
            return next(context);
        });
        app.UseRouting();
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            if (context.Items.Remove(Key, out var original))
            {
                context.Request.Path = (PathString)original!;
                if (context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>() is null)
                {
                    context.SetEndpoint(null);
                }
            }

            return next(context);
        });
    }

    /// <summary>The plain spelling of a path, whose escapes are decoded but for <c>%2F</c>.</summary>
    /// <param name="path">The path, without dot segments: the server has resolved them.</param>
    /// <param name="isAmbiguous">
    /// Whether it has a segment that is a dot segment, or none, for whoever drops parameters (<c>/a/..;/b</c>, <c>/a/;x/b</c>), and another one for
    /// everybody else: no route is right for both.
    /// </param>
    /// <returns>Null where it is plain, and where it is ambiguous.</returns>
    public static string? Of(string? path, out bool isAmbiguous)
    {
        isAmbiguous = false;
        if (path is null || (!path.Contains(';', StringComparison.Ordinal) && !path.Contains("//", StringComparison.Ordinal)))
        {
            return null;
        }

        var plain = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            var name = segment.Split(';')[0];
            if (name.Length < segment.Length && (name is "" or "." or ".."))
            {
                isAmbiguous = true;
                return null;
            }

            if (name.Length > 0)
            {
                plain.Add(name);
            }
        }

        return $"/{string.Join('/', plain)}{(plain.Count > 0 && path[^1] == '/' ? "/" : "")}";
    }

    private static Task RefuseAsync(HttpContext context) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        detail: "The path has a segment of parameters alone (';'), which servers read in different ways.").ExecuteAsync(context);
}
