using System.Net;

namespace ProdReady.Gateway.Tests;

/// <summary>Lets a test call from any address: as if the connection, not a header, had it.</summary>
internal sealed class RemoteAddressFilter : IStartupFilter
{
    public const string HeaderName = "X-Test-Remote-Address";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((HttpContext context, RequestDelegate rest) =>
        {
            if (context.Request.Headers.Remove(HeaderName, out var address))
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
            }

            return rest(context);
        });
        next(app);
    };
}
