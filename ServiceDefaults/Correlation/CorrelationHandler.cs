using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>Puts the current request's correlation id on outgoing calls.</summary>
internal sealed class CorrelationHandler(IHttpContextAccessor accessor) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext is { } context && !request.Headers.Contains(CorrelationId.HeaderName))
        {
            request.Headers.TryAddWithoutValidation(CorrelationId.HeaderName, CorrelationId.Of(context));
        }

        return base.SendAsync(request, cancellationToken);
    }
}
