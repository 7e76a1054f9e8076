namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>Lets a test call as if over TLS, as behind a proxy that terminates it, and reach a handler that fails.</summary>
internal sealed class ConnectionFilter : IStartupFilter
{
    public const string SchemeHeader = "X-Test-Scheme";
    public const string FailingPath = "/test/fails";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((HttpContext context, RequestDelegate rest) =>
        {
            if (context.Request.Headers.Remove(SchemeHeader, out var scheme))
            {
                context.Request.Scheme = scheme.ToString();
            }

            return rest(context);
        });
        next(app);
        // Behind everything of the gateway's own, where only what has no endpoint comes
        app.Use((HttpContext context, RequestDelegate rest) =>
            context.Request.Path == FailingPath ? throw new InvalidOperationException("a test's") : rest(context));
    };
}
